using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Tests;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Gates;

/// <summary>
/// /api/v1/data/{name}/gate: the suite that new versions of an asset have to pass. Versions that are there already stay as
/// they are. Who may release what a gate held back may change the gate.
/// </summary>
internal sealed class GateRoutes(GateStore gates, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/data/{name}/gate", HandleSetAsync).WithName("SetDataGate").WithTags("data");
        routes.MapGet("/data/{name}/gate", ShowAsync).WithName("ShowDataGate").WithTags("data");
        routes.MapDelete("/data/{name}/gate", HandleDeleteAsync).WithName("DeleteDataGate").WithTags("data");
    }

    private static async Task<Ok<Response>> HandleSetAsync(string name, Request request, Caller caller, GateRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.SetAsync(caller, AssetName.Parse(name), request, ct)));

    private static async Task<Ok<Response>> ShowAsync(
        string name, Caller caller, GateStore gates, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        var gate = await gates.FindAsync(caller.Workspace, AssetName.Parse(name), ct) ?? throw SlipwayException.NotFound("Gate of the data asset", name);
        return TypedResults.Ok(Response.Of(gate));
    }

    private static async Task<NoContent> HandleDeleteAsync(string name, Caller caller, GateRoutes operation, CancellationToken ct)
    {
        await operation.DeleteAsync(caller, AssetName.Parse(name), ct);
        return TypedResults.NoContent();
    }

    private async Task<DataGate> SetAsync(Caller caller, AssetName name, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Approve, $"data:{name}", ct);
        var source = request.Source ?? "suite.yml";
        SuiteReader.Read(request.Suite, source);
        var gate = new DataGate(name, request.Suite, source, time.GetUtcNow(), caller.Principal);
        await gates.SaveAsync(caller.Workspace, gate, ct);
        await audit.AppendAsync(caller, "data.gate.set", $"data:{name}", detail: null, ct);
        return gate;
    }

    private async Task DeleteAsync(Caller caller, AssetName name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Approve, $"data:{name}", ct);
        if (!await gates.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.NotFound("Gate of the data asset", name.Value);
        await audit.AppendAsync(caller, "data.gate.delete", $"data:{name}", detail: null, ct);
    }

    /// <param name="Suite">The suite's YAML.</param>
    /// <param name="Source">The name of its file, for messages.</param>
    public sealed record Request(string Suite, string? Source = null);

    public sealed record Response(string Name, string Suite, string Source, DateTimeOffset ChangedAt, string ChangedBy)
    {
        internal static Response Of(DataGate gate) => new(gate.Name.Value, gate.Suite, gate.Source, gate.ChangedAt, gate.ChangedBy);
    }
}
