using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>Opens datastores, and moves content between them and the content store.</summary>
internal sealed class Datastores(
    DatastoreStore store, ObjectStoreOpener opener, DatastoreImport import, ContentStore content, IAccess access, IVault vault) : IDatastores
{
    // Two are read while two are written.
    private const int Parallelism = 4;

    public async Task<IObjectStore> OpenAsync(Caller caller, string name, Permission permission, CancellationToken ct)
    {
        await access.DemandAsync(caller, permission, $"datastore:{name}", ct);
        var datastore = await store.FindAsync(caller.Workspace, name, ct) ?? throw await UnknownAsync(caller, name, ct);
        return opener.Open(datastore.Address(), await CredentialsAsync(datastore, ct));
    }

    public async Task<ImportedData> ImportAsync(Caller caller, DataUri from, CancellationToken ct)
    {
        if (from.WebRoot is { } root)
        {
            await access.DemandAsync(caller, Permission.Write, "content", ct);
            return await import.FileAsync(opener.Open(new ObjectStoreAddress.Web(root), new ObjectStoreCredentials()), from.Path, ct);
        }

        var objects = await OpenAsync(caller, from.Datastore!, Permission.Read, ct);
        return await import.RunAsync(caller.Workspace, objects, from, ct);
    }

    public async Task<int> ExportAsync(Caller caller, Digest tree, DataUri to, CancellationToken ct)
    {
        if (to.Datastore is not { } name)
            throw SlipwayException.Invalid($"'{to}' can only be read: write to azureml://datastores/NAME/paths/PATH.");

        var objects = await OpenAsync(caller, name, Permission.Write, ct);
        var written = 0;
        await Parallel.ForEachAsync(
            (await content.GetTreeAsync(tree, ct)).Entries,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct },
            async (entry, token) =>
            {
                await using var stream = await content.OpenAsync(entry.Digest, token);
                await objects.WriteAsync(to.Path.Length == 0 ? entry.Path : $"{to.Path}/{entry.Path}", stream, WriteCondition.None, token);
                Interlocked.Increment(ref written);
            });
        return written;
    }

    public async Task DemandLocalFileAsync(Caller caller, string path, CancellationToken ct)
    {
        var real = Files.RealPath(path);
        foreach (var datastore in await store.ListAsync(caller.Workspace, ct))
        {
            if (datastore.Type is "file" or "local" && FolderFiles.IsBelow(Files.RealPath(datastore.Settings["path"]), real))
                return;
        }

        await access.DemandAsync(
            caller, Permission.Administer, $"the server's file '{path}', which lies in no datastore of type file", ct);
    }

    // The secret is the datastore's, not the caller's: who may read the datastore need not be able to read secrets.
    private async Task<ObjectStoreCredentials> CredentialsAsync(Datastore datastore, CancellationToken ct)
    {
        if (datastore.Credentials is null)
            return new ObjectStoreCredentials();
        var secret = await vault.FindAsync(Caller.System with { Workspace = datastore.Workspace }, datastore.Secret, ct)
            ?? throw SlipwayException.Conflict($"The credentials of datastore '{datastore.Name}' are gone from the vault: create it again.");
        return JsonSerializer.Deserialize(secret, LakeJson.Default.ObjectStoreCredentials)!;
    }

    private async Task<SlipwayException> UnknownAsync(Caller caller, string name, CancellationToken ct)
    {
        var known = (await store.ListAsync(caller.Workspace, ct)).Select(datastore => datastore.Name).ToList();
        return new SlipwayException(
            ErrorCode.NotFound,
            $"Datastore '{name}' does not exist.{Nearest.Hint(name, known)} Create it with 'slipway datastore create'.");
    }
}
