using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Writes what a server has into an mlruns folder or a database, as MLflow keeps them.</summary>
internal sealed class MlflowExport(ExportServer server, IMlflowTarget target, ImportReport report)
{
    public async Task RunAsync(IReadOnlyList<string> wanted, CancellationToken ct)
    {
        var known = new List<string>();
        await foreach (var experiment in server.ExperimentsAsync(ct))
        {
            var (id, name) = ((string)experiment["experiment_id"]!, (string)experiment["name"]!);
            known.AddRange([id, name]);
            if (wanted.Count == 0 || wanted.Contains(id) || wanted.Contains(name))
                await ExperimentAsync(experiment, id, name, ct);
        }

        foreach (var missing in wanted.Except(known))
            report.Failed($"experiment '{missing}': there is none of this name or id");
        foreach (var model in wanted.Count == 0 ? await server.ModelsAsync(ct) : [])
            await ModelAsync(model, ct);
        target.Complete();
        report.LeftOut("evaluation datasets, scorers, issues, webhooks: they are not exported");
    }

    private async Task ExperimentAsync(JsonObject experiment, string id, string name, CancellationToken ct)
    {
        target.Experiment(experiment);
        report.Count("experiments", 1, 1);
        var count = 0;
        await foreach (var run in server.RunsAsync(id, ct))
        {
            await RunAsync(run, ct);
            if (++count % 200 == 0)
                await report.ProgressAsync($"{name}: {count} runs …");
        }

        if ((string?)experiment["lifecycle_stage"] != "deleted")
        {
            await foreach (var model in server.LoggedModelsAsync(id, ct))
            {
                var place = target.LoggedModel(model);
                report.Count("logged models", 1, 1);
                await ArtifactsAsync("logged-models", (string)model["info"]!["model_id"]!, model["info"]!["artifact_uri"], place, ct);
            }
        }

        await foreach (var trace in server.TracesAsync(id, ct))
        {
            await TraceAsync(trace, ct);
        }

        await report.ProgressAsync($"{name}: {count} runs");
    }

    private async Task RunAsync(JsonObject run, CancellationToken ct)
    {
        var id = (string)run["info"]!["run_id"]!;
        var folder = target.Run(run);
        report.Count("runs", 1, 1);
        foreach (var metric in run["data"]?["metrics"] as JsonArray ?? [])
        {
            var key = (string)metric!["key"]!;
            await target.PointsAsync(run, key, server.PointsAsync(id, key, ct), ct);
            report.Count("metrics", 1, 1);
        }

        await ArtifactsAsync("runs", id, run["info"]!["artifact_uri"], folder, ct);
    }

    private async Task TraceAsync(JsonObject trace, CancellationToken ct)
    {
        var id = (string)trace["trace_id"]!;
        var state = await server.TraceAsync(id, ct);
        var folder = target.Trace(trace, await server.SpansAsync(id, ct), TraceLinks.Read(state));
        report.Count("traces", 1, 1);

        // Spans come from the server's database, not from a file that a client may have left.
        var attachments = (state["files"] as JsonObject ?? []).Where(file => file.Key.StartsWith("attachments/", StringComparison.Ordinal));
        await SaveAsync(attachments, (string)state["artifactUri"]!, folder, ct);
    }

    private async Task ArtifactsAsync(string kind, string id, JsonNode? uri, string folder, CancellationToken ct)
    {
        if (!FileStoreWriter.IsElsewhere(uri) && await server.FilesAsync(kind, id, ct) is { } files)
            await SaveAsync(files, (string)uri!, folder, ct);
    }

    private async Task SaveAsync(IEnumerable<KeyValuePair<string, JsonNode?>> files, string uri, string folder, CancellationToken ct)
    {
        foreach (var (path, size) in files)
        {
            var file = new FileInfo(FileStoreWriter.Below(folder, path));
            var isThere = file.Exists && file.Length == (long)size!;
            report.Count("artifacts", 1, isThere ? 0 : 1);
            if (!isThere)
                await server.SaveArtifactAsync(uri, path, file.FullName, ct);
        }
    }

    private async Task ModelAsync(JsonObject model, CancellationToken ct)
    {
        target.Model(model);
        report.Count("registered models", 1, 1);
        foreach (var version in await server.VersionsAsync((string)model["name"]!, ct))
        {
            var source = (string?)version["source"] ?? "";
            var isInside = source.StartsWith("mlflow-artifacts:", StringComparison.Ordinal);
            target.Version(version, isInside ? await FilesAsync(version, ct) : null);
            report.Count("model versions", 1, 1);
        }
    }

    // A version whose files are only in the content store brings them along.
    private async Task<string> FilesAsync(JsonObject version, CancellationToken ct)
    {
        var folder = target.VersionFolder(version);
        var (tree, files) = await server.TreeAsync((string)version["name"]!, version["version"]!.ToString(), ct);
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            var path = (string)file!["path"]!;
            await server.SaveAsync(tree, path, FileStoreWriter.Below(folder, path), ct);
            report.Count("artifacts", 1, 1);
        }

        return folder;
    }
}
