using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Slipway.Cli.Mlflow;

/// <summary>Brings logged models and registered models.</summary>
internal sealed partial class ModelImport(
    ImportServer server, ArtifactPlaces places, ImportOptions options, ImportReport report)
{
    public async Task LoggedAsync(string? experiment, SourceLoggedModel model, CancellationToken ct)
    {
        var folder = places.Find(model.ArtifactUri, model.Id, model.Folder);
        JsonObject? state;
        if (options.DryRun)
        {
            state = await server.FindStateAsync("logged-models", model.Id, ct);
            report.Count("logged models", 1, state is null ? 1 : 0);
        }
        else
        {
            var body = model.Body.DeepClone().AsObject();
            body["experimentId"] = experiment;
            if (folder is null && ArtifactPlaces.IsRemote(model.ArtifactUri))
                body["artifactUri"] = model.ArtifactUri;
            var answer = await server.PostAsync("logged-models", body, ct);
            report.Count("logged models", 1, (bool)answer["added"]! ? 1 : 0);
            state = answer["state"]!.AsObject();
        }

        if (folder is null || (state is not null && state["files"] is null))
            return;
        var uri = (string?)state?["artifactUri"] ?? "mlflow-artifacts:/";
        var (files, sent, _) = await server.UploadAsync(uri, folder, state?["files"]?.AsObject() ?? [], options.DryRun, ct);
        report.Count("artifacts", files, sent);
    }

    public async Task RegisteredAsync(SourceModel model, CancellationToken ct)
    {
        if (options.DryRun)
        {
            var here = await server.FindAsync($"api/v1/models/{Uri.EscapeDataString(model.Name)}/versions", ct);
            var numbers = (here?["versions"]?.AsArray() ?? []).Select(version => (int)version!["version"]!).ToHashSet();
            report.Count("registered models", 1, here is null ? 1 : 0);
            report.Count("model versions", model.Versions.Count, model.Versions.Count(version => !numbers.Contains(version.Number)));
            return;
        }

        var body = model.Body.DeepClone().AsObject();
        var versions = new JsonArray();
        foreach (var version in model.Versions)
        {
            var copy = version.Body.DeepClone().AsObject();
            copy["source"] = await SourceAsync(model.Name, version, ct);
            versions.Add(copy);
        }

        body["versions"] = versions;
        var answer = await server.PostAsync("models", body, ct);
        report.Count("registered models", 1, (bool)answer["added"]! ? 1 : 0);
        report.Count("model versions", model.Versions.Count, (int)answer["versions"]!);
        foreach (var kept in answer["kept"]!.AsArray())
            report.Kept($"registered model '{model.Name}': {kept}");
    }

    /// <summary>Where the files of a version are once all is here: by its run, its logged model, or by themselves.</summary>
    private async Task<string> SourceAsync(string model, SourceVersion version, CancellationToken ct)
    {
        if (version.Source.StartsWith("runs:/", StringComparison.Ordinal) || version.Source.StartsWith("models:/", StringComparison.Ordinal)
            || version.Body["tags"]?["mlflow.prompt.is_prompt"] is not null)
        {
            return version.Source;
        }

        foreach (var place in new[] { version.Source, version.Storage }.OfType<string>())
        {
            if (version.RunId is { } run && place.IndexOf($"/{run}/artifacts", StringComparison.Ordinal) is >= 0 and var at)
                return $"runs:/{run}{place[(at + run.Length + "//artifacts".Length)..]}";
            if (OfLoggedModel().Match(place) is { Success: true } logged)
                return "models:/" + logged.Groups["id"].Value;
        }

        if (ArtifactPlaces.IsRemote(version.Source))
            return version.Source;
        return await UploadAsync(model, version, ct);
    }

    private async Task<string> UploadAsync(string model, SourceVersion version, CancellationToken ct)
    {
        if (ArtifactPlaces.LocalPath(version.Source) is { Length: > 0 } path && Directory.Exists(path))
        {
            var uri = $"mlflow-artifacts:/imported/{model}/{version.Number}";
            var (files, sent, _) = await server.UploadAsync(uri, path, [], dryRun: false, ct);
            report.Count("artifacts", files, sent);
            return uri;
        }

        report.LeftOut($"registered model '{model}': the files of version {version.Number} at '{version.Source}' are not on this machine");
        return "";
    }

    [GeneratedRegex(@"/(?<id>m-[0-9a-f]{32})/artifacts/?\z")]
    private static partial Regex OfLoggedModel();
}
