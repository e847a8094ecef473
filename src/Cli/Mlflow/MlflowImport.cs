using System.Globalization;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>
/// Brings what an MLflow server or client kept to a Slipway server. Everything is asked for first and only the rest is sent:
/// an import that was broken off goes on, and one that is repeated brings what is new.
/// </summary>
internal sealed class MlflowImport(
    ImportServer server, IMlflowSource source, ArtifactPlaces places, ImportOptions options, ImportReport report)
{
    private const int ProgressEvery = 200;

    public async Task RunAsync(CancellationToken ct)
    {
        var runs = new RunImport(server, source, places, options, report);
        var rest = new ModelImport(server, places, options, report);
        var traces = new TraceImport(server, places, options, report);
        foreach (var experiment in Selected(source.Experiments()))
        {
            await AttemptAsync($"experiment '{experiment.Name}'", async () =>
            {
                var target = await ExperimentAsync(experiment, ct);
                var count = 0;
                foreach (var run in source.Runs(experiment))
                {
                    await AttemptAsync($"run {run.Id}", () => runs.RunAsync(target, run, ct));
                    if (++count % ProgressEvery == 0)
                        await report.ProgressAsync($"{experiment.Name}: {count} runs …");
                }

                runs.TellMissing(experiment);
                foreach (var model in source.LoggedModels(experiment))
                    await AttemptAsync($"logged model {model.Id}", () => rest.LoggedAsync(target, model, ct));
                foreach (var trace in source.Traces(experiment))
                    await AttemptAsync($"trace {trace.Id}", () => traces.RunAsync(target, trace, ct));
                traces.TellMissing(experiment);
                await report.ProgressAsync($"{experiment.Name}: {count} runs");
            });
        }

        if (options.Models || options.Experiments.Count == 0)
        {
            foreach (var model in source.Models())
                await AttemptAsync($"registered model '{model.Name}'", () => rest.RegisteredAsync(model, ct));
        }

        foreach (var (run, ids) in traces.Links)
            await AttemptAsync($"links of traces to run {run}", () => server.LinkAsync(run, ids, ct));
        foreach (var unknown in source.Unknown())
            report.LeftOut(unknown);
    }

    private IEnumerable<SourceExperiment> Selected(IReadOnlyList<SourceExperiment> all)
    {
        foreach (var wanted in options.Experiments)
        {
            if (!all.Any(experiment => experiment.Name == wanted || experiment.Id == wanted))
            {
                throw SlipwayException.Invalid(
                    $"The source has no experiment '{wanted}'. It has: {string.Join(", ", all.Select(experiment => experiment.Name).Take(20))}.");
            }
        }

        return options.Experiments.Count == 0
            ? all
            : all.Where(experiment => options.Experiments.Contains(experiment.Name) || options.Experiments.Contains(experiment.Id));
    }

    /// <summary>Its number here; null in a rehearsal when there is none yet.</summary>
    private async Task<string?> ExperimentAsync(SourceExperiment experiment, CancellationToken ct)
    {
        if (options.DryRun)
        {
            var found = await server.FindAsync(
                "api/2.0/mlflow/experiments/get-by-name?experiment_name=" + Uri.EscapeDataString(experiment.Name), ct);
            report.Count("experiments", 1, found is null ? 1 : 0);
            return (string?)found?["experiment"]?["experiment_id"];
        }

        var body = experiment.Body.DeepClone().AsObject();
        if (ArtifactPlaces.IsRemote(experiment.ArtifactLocation))
            body["artifactLocation"] = experiment.ArtifactLocation;
        var answer = await server.PostAsync("experiments", body, ct);
        var id = (string)answer["id"]!;
        report.Count("experiments", 1, (bool)answer["added"]! ? 1 : 0);
        if (id != experiment.Id)
            report.Kept($"experiment '{experiment.Name}' has the number {id} here, {experiment.Id} in the source");
        return id;
    }

    // What the server refuses of one run must not keep the others from coming; that it does not answer must.
    private async Task AttemptAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (SlipwayApiException refusal) when (refusal.Status is { } status && (int)status is >= 400 and < 500 and not (401 or 403))
        {
            report.Failed(string.Create(CultureInfo.InvariantCulture, $"{what}: {refusal.Message}"));
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or System.Text.Json.JsonException)
        {
            report.Failed($"{what}: it is not as MLflow keeps it: {exception.Message}");
        }
    }
}
