using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Storage.Jobs;

/// <summary>A lake without datastores, for jobs that name none.</summary>
internal sealed class NoDatastores : IDatastores
{
    public Task<IObjectStore> OpenAsync(Caller caller, string name, Permission permission, CancellationToken ct) =>
        throw SlipwayException.NotFound("Datastore", name);

    public Task<ImportedData> ImportAsync(Caller caller, DataUri from, CancellationToken ct) =>
        throw SlipwayException.NotFound("Datastore", from.Text);

    public Task<ImportedData> ImportAsync(IObjectStore from, string path, CancellationToken ct) =>
        throw SlipwayException.NotFound("Datastore", path);

    public Task<int> ExportAsync(Caller caller, Digest tree, DataUri to, CancellationToken ct) =>
        throw SlipwayException.NotFound("Datastore", to.Text);

    public Task DemandLocalFileAsync(Caller caller, string path, CancellationToken ct) => Task.CompletedTask;
}
