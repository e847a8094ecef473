using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>What an export writes: a folder of files, or a database. Things come as MLflow's interface sends them.</summary>
internal interface IMlflowTarget : IDisposable
{
    void Experiment(JsonObject experiment);

    /// <summary>Writes a run without its points; the folder of its artifacts.</summary>
    string Run(JsonObject run);

    Task PointsAsync(JsonObject run, string key, IAsyncEnumerable<SourcePoint> points, CancellationToken ct);

    /// <summary>Writes a logged model; the folder of its artifacts.</summary>
    string LoggedModel(JsonObject model);

    /// <summary>Writes a trace; the folder of its artifacts.</summary>
    /// <param name="info">TraceInfoV3.</param>
    /// <param name="spans">As MLflow's files have them.</param>
    string Trace(JsonObject info, JsonArray spans, TraceLinks links);

    void Model(JsonObject model);

    /// <param name="storage">The folder of its files; null: they are where the source says.</param>
    void Version(JsonObject version, string? storage);

    /// <summary>Where the files of a version go that no run and no logged model has.</summary>
    string VersionFolder(JsonObject version);

    /// <summary>All came: what was written counts from here on.</summary>
    void Complete();
}
