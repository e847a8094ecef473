using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Brings a run: its record, its points, its artifacts.</summary>
internal sealed class RunImport(
    ImportServer server, IMlflowSource source, ArtifactPlaces places, ImportOptions options, ImportReport report)
{
    private const int PointsPerRequest = 10_000;

    // Runs whose artifacts are somewhere that this machine does not see.
    private readonly List<string> _missing = [];

    public async Task RunAsync(string? experiment, SourceRun run, CancellationToken ct)
    {
        var folder = places.Find(run.ArtifactUri, run.Id, run.Folder);
        var state = options.DryRun
            ? await server.FindStateAsync("runs", run.Id, ct)
            : await SendAsync(experiment!, run, folder, ct);
        if (options.DryRun)
            report.Count("runs", 1, state is null ? 1 : 0);
        foreach (var (key, count) in run.Metrics)
        {
            var here = (long?)state?["points"]?[key] ?? 0;
            report.Count("points", count, Math.Max(0, count - here));
        }

        if (!options.DryRun)
            await PointsAsync(run, state!["points"]!.AsObject(), ct);
        await ArtifactsAsync(run, folder, state, ct);
    }

    /// <summary>One sentence for all runs of an experiment.</summary>
    public void TellMissing(SourceExperiment experiment)
    {
        if (_missing.Count > 0)
        {
            report.LeftOut(
                $"experiment '{experiment.Name}': the artifacts of {_missing.Count} runs are not on this machine (the first at {_missing[0]}); "
                + "give --artifacts with a copy of them and import again");
        }

        _missing.Clear();
    }

    private async Task<JsonObject> SendAsync(string experiment, SourceRun run, string? folder, CancellationToken ct)
    {
        var body = run.Body.DeepClone().AsObject();
        body["experimentId"] = experiment;
        if (folder is null && ArtifactPlaces.IsRemote(run.ArtifactUri))
            body["artifactUri"] = run.ArtifactUri;
        var answer = await server.PostAsync("runs", body, ct);
        report.Count("runs", 1, (bool)answer["added"]! ? 1 : 0);
        foreach (var kept in answer["kept"]!.AsArray())
            report.Kept($"run {run.Id}: {kept}");
        return answer["state"]!.AsObject();
    }

    private async Task PointsAsync(SourceRun run, JsonObject here, CancellationToken ct)
    {
        var wanted = run.Metrics.Where(metric => (long?)here[metric.Key] != metric.Value)
            .SelectMany(metric => source.Points(run, metric.Key).Select(point => (metric.Key, Point: point)));
        foreach (var chunk in wanted.Chunk(PointsPerRequest))
        {
            var series = chunk.GroupBy(point => point.Key, point => point.Point).Select(metric => (JsonNode)new JsonObject
            {
                ["key"] = metric.Key,
                ["times"] = new JsonArray([.. metric.Select(point => (JsonNode)point.Time)]),
                ["steps"] = new JsonArray([.. metric.Select(point => (JsonNode)point.Step)]),
                ["values"] = new JsonArray([.. metric.Select(point => FileLoggedModels.Value(point.Value))]),
            });
            await server.PostAsync(
                $"runs/{Uri.EscapeDataString(run.Id)}/points", new JsonObject { ["metrics"] = new JsonArray([.. series]) }, ct);
        }
    }

    private async Task ArtifactsAsync(SourceRun run, string? folder, JsonObject? state, CancellationToken ct)
    {
        if (folder is null)
        {
            if (IsMissing(run))
                _missing.Add(run.ArtifactUri!);
            return;
        }

        // The run was there before, with its artifacts in a store elsewhere.
        if (state is not null && state["files"] is null)
            return;
        var uri = (string?)state?["artifactUri"] ?? "mlflow-artifacts:/";
        var (files, sent, differing) = await server.UploadAsync(uri, folder, state?["files"]?.AsObject() ?? [], options.DryRun, ct);
        report.Count("artifacts", files, sent);
        foreach (var path in differing)
            report.Kept($"run {run.Id}: artifact '{path}' has another size here");
    }

    // A server makes the folder of a run with its first artifact; without its experiment's folder it is another machine's.
    private static bool IsMissing(SourceRun run)
    {
        if (run.ArtifactUri is not { } uri || ArtifactPlaces.IsRemote(uri))
            return false;
        if (ArtifactPlaces.LocalPath(uri) is not { } path)
            return true;

        // A copy of an mlruns folder may have lost its empty folders.
        var isBeside = run.Folder is { } folder && uri.EndsWith(
            $"/{Path.GetFileName(Path.GetDirectoryName(folder))}/{run.Id}/artifacts", StringComparison.Ordinal);
        return !isBeside && !Directory.Exists(Path.GetDirectoryName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path))));
    }
}
