namespace Slipway.Cli.Mlflow;

/// <summary>What an MLflow server or client kept: a folder of files, or a database. Read only, and as it goes.</summary>
internal interface IMlflowSource : IDisposable
{
    IReadOnlyList<SourceExperiment> Experiments();

    /// <summary>The runs of an experiment, each with its params, tags and inputs.</summary>
    IEnumerable<SourceRun> Runs(SourceExperiment experiment);

    /// <summary>The points of one metric of a run.</summary>
    IEnumerable<SourcePoint> Points(SourceRun run, string key);

    IEnumerable<SourceLoggedModel> LoggedModels(SourceExperiment experiment);

    IEnumerable<SourceTrace> Traces(SourceExperiment experiment);

    IEnumerable<SourceModel> Models();

    /// <summary>What is there and is not brought over, one sentence each.</summary>
    IReadOnlyList<string> Unknown();
}
