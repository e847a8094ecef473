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
        return opener.Open(datastore.Address(), await CredentialsAsync(datastore, ct), $"datastore '{name}'");
    }

    public async Task<ImportedData> ImportAsync(Caller caller, DataUri from, CancellationToken ct)
    {
        if (from.Datastore is null && await HoldingAsync(caller, from.Cloud, ct) is { } holding)
            from = DataUri.Of(from.Text, holding, from.Cloud!.Path);
        if (from.Datastore is { } datastore)
            return await import.RunAsync(caller.Workspace, await OpenAsync(caller, datastore, Permission.Read, ct), from, ct);

        await access.DemandAsync(caller, Permission.Write, "content", ct);
        if (from.WebRoot is not { } root)
            throw SlipwayException.NotFound($"For '{from}', a datastore with", from.Cloud!.ToString());
        return await PublicAsync(from, root, ct);
    }

    public Task<ImportedData> ImportAsync(IObjectStore from, string path, CancellationToken ct) => import.RunAsync(from, path, ct);

    private async Task<ImportedData> PublicAsync(DataUri from, Uri root, CancellationToken ct)
    {
        try
        {
            return await import.FileAsync(opener.Open(new ObjectStoreAddress.Web(root), new ObjectStoreCredentials()), from.Path, ct);
        }
        catch (SlipwayException refusal) when (from.Cloud is { } cloud)
        {
            throw new SlipwayException(refusal.Code, $"{refusal.Message} If it is a folder, or not public, make a datastore with {cloud} and its credentials.", refusal);
        }
    }

    /// <summary>The datastore of the workspace that lies there; null: none.</summary>
    private async Task<string?> HoldingAsync(Caller caller, CloudPlace? cloud, CancellationToken ct) => cloud is null
        ? null
        : (await store.ListAsync(caller.Workspace, ct)).FirstOrDefault(datastore => datastore.Address() switch
        {
            ObjectStoreAddress.AzureBlob blob => (blob.Account, blob.Container) == (cloud.Account, cloud.Container),
            ObjectStoreAddress.S3 s3 => cloud.Account is null && s3.Bucket == cloud.Container,
            _ => false,
        })?.Name;

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
