using Microsoft.AspNetCore.Http;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Finds the files behind the sources that registered versions are made of.</summary>
internal sealed class ModelSources(
    RunStore runs,
    LoggedModelStore models,
    ArtifactStore artifacts,
    ArtifactFiles files,
    ContentStore contents,
    Database database,
    IAccess access) : IModelSources
{
    public async Task<Tree?> FindFilesAsync(Caller caller, string source, CancellationToken ct)
    {
        if (Rest(source, "runs:/") is { } inRun)
            return await OfRunAsync(caller, inRun, ct);
        if (Rest(source, "models:/") is { } id)
            return await FindLoggedModelAsync(caller, id, ct) is { } model ? await AtAsync(caller, model.ArtifactUri, ct) : null;
        return await AtAsync(caller, source, ct);
    }

    public async Task<LoggedModelPlace?> FindLoggedModelAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"logged-model:{id}", ct);
        return await models.FindAsync(caller.Workspace, id, deletedToo: false, ct) is { } model
            ? new LoggedModelPlace(model.Row.Id, model.Row.ArtifactUri, model.Row.SourceRunId)
            : null;
    }

    public async Task<string?> FindRunArtifactsAsync(Caller caller, string runId, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"run:{runId}", ct);
        return (await runs.FindAsync(caller.Workspace, runId, ct))?.ArtifactUri;
    }

    public async Task AddRegistrationAsync(Caller caller, string loggedModelId, string model, int version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"logged-model:{loggedModelId}", ct);
        var logged = await models.GetAsync(caller.Workspace, loggedModelId, ct);
        var before = logged.Tags.Where(tag => tag.Key == VersionsTag.Key).Select(tag => tag.Value).FirstOrDefault();
        await models.SetTagsAsync(
            caller.Workspace, loggedModelId, [new KeyValue(VersionsTag.Key, VersionsTag.Append(before, model, version))], ct);
    }

    public async Task SendFileAsync(HttpContext http, string path, Func<CancellationToken, Task<Tree>> find, CancellationToken ct)
    {
        var wanted = ArtifactPath.Parse(path);
        var entry = (await find(ct)).Entries.FirstOrDefault(entry => entry.Path == wanted.ToString())
            ?? throw new SlipwayException(ErrorCode.NotFound, $"No such artifact: '{path}'.");
        await files.SendAsync(http, entry.Digest, wanted.Name, updated: null, ct);
    }

    public async Task PublishAsync(Caller caller, string folder, Digest tree, CancellationToken ct)
    {
        var root = ArtifactPath.Parse(folder);
        var entries = (await contents.KeepTreeAsync(tree, ct)).Entries;
        await artifacts.PutAsync(
            caller.Workspace,
            [.. entries.Select(entry => (root.Append(ArtifactPath.Parse(entry.Path)), new Blob(entry.Digest, entry.Size)))],
            ct);
    }

    // MLflow 3 writes runs:/RUN/NAME for a logged model too, whose files are not among the run's artifacts.
    private async Task<Tree?> OfRunAsync(Caller caller, string inRun, CancellationToken ct)
    {
        var slash = inRun.IndexOf('/', StringComparison.Ordinal);
        var (runId, path) = slash < 0 ? (inRun, "") : (inRun[..slash], inRun[(slash + 1)..]);
        if (await FindRunArtifactsAsync(caller, runId, ct) is not { } uri)
            return null;
        if (await AtAsync(caller, path.Length == 0 ? uri : $"{uri.TrimEnd('/')}/{path}", ct) is { } tree)
            return tree;

        var logged = await database.FindAsync<string>(
            """
            select artifact_uri from logged_models
            where workspace = @Workspace and source_run_id = @RunId and name = @Name and deleted = false
            order by created_at desc limit 1
            """,
            new { Workspace = caller.Workspace.Value, RunId = runId, Name = path },
            ct);
        return logged is null ? null : await AtAsync(caller, logged, ct);
    }

    private async Task<Tree?> AtAsync(Caller caller, string uri, CancellationToken ct)
    {
        if (ArtifactPath.OfUri(uri) is not { } path)
            return null;
        await access.DemandAsync(caller, Permission.Read, $"artifact:{path}", ct);
        var files = await artifacts.FilesBelowAsync(caller.Workspace, path, ct);
        if (files.Count == 0 && !path.IsRoot && await artifacts.FindAsync(caller.Workspace, path, ct) is { Digest: { } digest } file)
            files = [new TreeEntry(path.Name, Digest.Parse(digest), file.Size)];
        return files.Count == 0 ? null : await contents.PutTreeAsync(files, ct);
    }

    private static string? Rest(string source, string scheme) =>
        source.StartsWith(scheme, StringComparison.Ordinal) ? source[scheme.Length..].TrimStart('/') : null;
}
