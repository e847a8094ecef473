using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>GET /api/v1/dataflows, one of them, and its windows.</summary>
internal sealed class ShowDataflows(DataflowStore store, IAccess access)
{
    private const int MostWindows = 10_000;

    private static readonly string[] s_states = [WindowState.Waiting, WindowState.Running, WindowState.Done, WindowState.Failed];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/dataflows", ListAsync).WithName("ListDataflows").WithTags("dataflows");
        routes.MapGet("/dataflows/{name}", ShowAsync).WithName("ShowDataflow").WithTags("dataflows");
        routes.MapGet("/dataflows/{name}/windows", WindowsAsync).WithName("ListDataflowWindows").WithTags("dataflows");
    }

    public async Task<Dataflow> FindAsync(Caller caller, string name, Permission permission, CancellationToken ct)
    {
        await access.DemandAsync(caller, permission, $"dataflow:{name}", ct);
        if (await store.FindAsync(caller.Workspace, name, ct) is { } found)
            return found;
        var known = (await store.ListAsync(caller.Workspace, ct)).Select(dataflow => dataflow.Name);
        throw new SlipwayException(ErrorCode.NotFound, $"Dataflow '{name}' does not exist.{Nearest.Hint(name, known)}");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, ShowDataflows operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, ct);
        return TypedResults.Ok(new Listing([.. (await operation.AllAsync(caller, ct)).Select(DataflowWire.Of)]));
    }

    private static async Task<Ok<DataflowWire>> ShowAsync(Caller caller, string name, ShowDataflows operation, CancellationToken ct) =>
        TypedResults.Ok(DataflowWire.Of(await operation.FindAsync(caller, name, Permission.Read, ct)));

    private static async Task<Ok<Windows>> WindowsAsync(
        Caller caller, string name, ShowDataflows operation, CancellationToken ct, string? state = null, int limit = 100) =>
        TypedResults.Ok(await operation.FindWindowsAsync(caller, name, state, limit, ct));

    private Task DemandAsync(Caller caller, CancellationToken ct) => access.DemandAsync(caller, Permission.Read, "dataflows", ct);

    private Task<IReadOnlyList<Dataflow>> AllAsync(Caller caller, CancellationToken ct) => store.ListAsync(caller.Workspace, ct);

    private async Task<Windows> FindWindowsAsync(Caller caller, string name, string? state, int limit, CancellationToken ct)
    {
        if (state is not null && !s_states.Contains(state))
            throw SlipwayException.Invalid($"state is '{state}'.{Nearest.Hint(state, s_states)} Known: {string.Join(", ", s_states)}.");
        if (limit is < 1 or > MostWindows)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to {MostWindows}.");
        var dataflow = await FindAsync(caller, name, Permission.Read, ct);
        var counts = await store.CountAsync(dataflow.Id, ct);
        var windows = await store.ListAsync(dataflow.Id, state, limit, ct);
        return new Windows(counts.ToDictionary(count => count.State, count => count.Windows), [.. windows.Select(window => WindowWire.Of(window, dataflow.Plan()))]);
    }

    internal sealed record Listing([property: JsonPropertyName("dataflows")] IReadOnlyList<DataflowWire> Dataflows);

    /// <param name="Counts">How many windows are in each state.</param>
    internal sealed record Windows(
        [property: JsonPropertyName("counts")] IReadOnlyDictionary<string, long> Counts,
        [property: JsonPropertyName("windows")] IReadOnlyList<WindowWire> Items);
}
