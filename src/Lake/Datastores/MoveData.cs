using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>
/// POST /api/v1/data/move: brings files from one place of datastores to another. Each is copied and read back, and its digest
/// compared; the originals go when all of them are there. A move that was cut off is repeated, and copies only what is missing.
/// </summary>
internal sealed class MoveData(IDatastores datastores, DatastoreStore seen, IAuditLog audit)
{
    private const int Parallelism = 4;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/data/move", HandleAsync).WithName("MoveData").WithTags("data");

    private static async Task<Ok<Response>> HandleAsync(Request request, Caller caller, MoveData operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, Parse("from", request.From), Parse("to", request.To), request.Keep, ct));

    private static DataUri Parse(string field, string? text) => DataUri.OfDatastore(text ?? "")
        ?? throw SlipwayException.Invalid($"{field} is '{text}'; a move goes from azureml://datastores/NAME/paths/PATH to another such place.");

    private async Task<Response> RunAsync(Caller caller, DataUri from, DataUri to, bool keep, CancellationToken ct)
    {
        var source = new Place(from.Datastore!, await datastores.OpenAsync(caller, from.Datastore!, keep ? Permission.Read : Permission.Write, ct));
        var target = new Place(to.Datastore!, await datastores.OpenAsync(caller, to.Datastore!, Permission.Write, ct));
        var files = await FilesAsync(source, from, to, ct);
        if (from.Datastore == to.Datastore && files.Find(pair => files.Exists(other => other.Target == pair.From.Name)) is { Target: not null } clash)
            throw SlipwayException.Invalid($"'{clash.From.Name}' would be both moved and written: choose a folder that does not overlap '{from}'.");

        var (copied, bytes) = (0, 0L);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct }, async (pair, token) =>
        {
            var (size, isNew) = await CopyAsync(caller.Workspace, source, pair.From, target, pair.Target, token);
            Interlocked.Add(ref bytes, size);
            if (isNew)
                Interlocked.Increment(ref copied);
        });
        foreach (var (file, _) in keep ? [] : files)
            await DeleteAsync(source, file, ct);
        await audit.AppendAsync(caller, keep ? "data.copy" : "data.move", $"datastore:{to.Datastore}", detail: null, ct);
        return new Response(from.Text, to.Text, files.Count, copied, bytes, keep ? 0 : files.Count);
    }

    private static async Task<List<(StoredObject From, string Target)>> FilesAsync(Place source, DataUri from, DataUri to, CancellationToken ct)
    {
        string Below(string name) => to.Path.Length == 0 ? name : $"{to.Path}/{name}";
        if (from.Path.Length > 0 && from.Path.IndexOfAny(['*', '?']) < 0 && await source.Objects.FindAsync(from.Path, ct) is { } one)
            return [(one, Below(one.Name[(one.Name.LastIndexOf('/') + 1)..]))];

        var pattern = ObjectPattern.OfFolder(from.Path);
        var found = await DatastoreImport.ListAsync(source.Objects, pattern, ct);
        return found.Count > 0
            ? [.. found.Select(file => (file, Below(file.Name[pattern.Folder.Length..])))]
            : throw new SlipwayException(ErrorCode.NotFound, $"There is no file at '{from}' in {source.Objects.Description}.");
    }

    private async Task<(long Size, bool IsNew)> CopyAsync(
        WorkspaceName workspace, Place source, StoredObject file, Place target, string name, CancellationToken ct)
    {
        if (await target.Objects.FindAsync(name, ct) is { } there)
        {
            if (there.Size != file.Size || await DigestAsync(workspace, target, there, ct) != await DigestAsync(workspace, source, file, ct))
                throw SlipwayException.Conflict($"'{name}' is in {target.Objects.Description} already, with another content: move to another folder, or delete it.");
            return (there.Size, false);
        }

        var (written, digest) = await WriteAsync(source, file, target, name, ct);
        var actual = await HashAsync(target.Objects, written, ct);
        if (actual != digest)
        {
            await target.Objects.DeleteAsync(name, ct);
            throw new SlipwayException(
                ErrorCode.Corrupt, $"'{name}' in {target.Objects.Description} is {actual} and not {digest}, as it was sent: it was deleted again. Move it once more.");
        }

        await seen.RememberAsync(workspace, source.Datastore, [(file.Name, file.ETag, digest)], ct);
        await seen.RememberAsync(workspace, target.Datastore, [(written.Name, written.ETag, digest)], ct);
        return (written.Size, true);
    }

    private static async Task<(StoredObject Written, Digest Digest)> WriteAsync(
        Place source, StoredObject file, Place target, string name, CancellationToken ct)
    {
        using var hash = SHA256.Create();
        await using var content = await source.Objects.OpenReadAsync(file.Name, 0, null, file.ETag, ct);
        await using var hashed = new CryptoStream(content, hash, CryptoStreamMode.Read);
        var written = await target.Objects.WriteAsync(name, hashed, WriteCondition.Absent, ct);
        return (written, Digest.OfHash(hash.Hash!));
    }

    // What was hashed with this etag is not read again.
    private async Task<Digest> DigestAsync(WorkspaceName workspace, Place place, StoredObject file, CancellationToken ct)
    {
        if ((await seen.SeenAsync(workspace, place.Datastore, file.Name, ct)).TryGetValue(file.Name, out var known) && known.ETag == file.ETag)
            return known.Digest;
        var digest = await HashAsync(place.Objects, file, ct);
        await seen.RememberAsync(workspace, place.Datastore, [(file.Name, file.ETag, digest)], ct);
        return digest;
    }

    private static async Task<Digest> HashAsync(IObjectStore objects, StoredObject file, CancellationToken ct)
    {
        await using var content = await objects.OpenReadAsync(file.Name, 0, null, file.ETag, ct);
        return Digest.OfHash(await SHA256.HashDataAsync(content, ct));
    }

    private static async Task DeleteAsync(Place source, StoredObject file, CancellationToken ct)
    {
        var now = await source.Objects.FindAsync(file.Name, ct);
        if (now is not null && now.ETag != file.ETag)
            throw SlipwayException.Conflict($"'{file.Name}' in {source.Objects.Description} was changed while it was moved, and stays: look which of the two is wanted.");
        await source.Objects.DeleteAsync(file.Name, ct);
    }

    /// <param name="From">azureml://datastores/NAME/paths/PATH: a file, a folder, or a pattern.</param>
    /// <param name="To">The folder to move to.</param>
    /// <param name="Keep">True: the originals stay.</param>
    public sealed record Request(string? From, string? To, bool Keep = false);

    /// <param name="Files">How many there are.</param>
    /// <param name="Copied">How many of them were not there yet.</param>
    /// <param name="Bytes">Of all files.</param>
    /// <param name="Deleted">How many originals were deleted.</param>
    public sealed record Response(string From, string To, int Files, int Copied, long Bytes, int Deleted);

    private sealed record Place(string Datastore, IObjectStore Objects);
}
