using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>
/// Which endpoint a call is for: gRPC has no address for it, so the metadata "slipway-endpoint" says it, or the model's
/// name when one endpoint alone serves that model.
/// </summary>
internal sealed class GrpcEndpoints(RoutingTable table, ScoringAccess access)
{
    private const string Header = "slipway-endpoint";

    public async ValueTask<(Caller Caller, ServedEndpoint Endpoint)> GetAsync(HttpContext context, string? model, CancellationToken ct)
    {
        var (caller, found) = await ListAsync(context, ct);
        var serving = model is null ? found : [.. found.Where(endpoint => endpoint.Models.Contains(model))];
        if (serving.Count == 1)
        {
            await access.DemandAsync(context, caller, serving[0].Definition.Name, ct);
            return (caller, serving[0]);
        }

        var names = string.Join(", ", serving.Select(endpoint => endpoint.Definition.Name).Order(StringComparer.Ordinal));
        throw serving.Count == 0
            ? new SlipwayException(ErrorCode.NotFound, model is null ? "There is no endpoint." : $"No endpoint serves model '{RequestText.Shorten(model)}'.")
            : SlipwayException.Invalid($"Several endpoints could be meant ({names}); name one in the metadata '{Header}'.");
    }

    /// <summary>The endpoint that the metadata names, or all of the workspace.</summary>
    public async ValueTask<(Caller Caller, IReadOnlyList<ServedEndpoint> Endpoints)> ListAsync(HttpContext context, CancellationToken ct)
    {
        var caller = await Caller.BindAsync(context);
        var named = context.Request.Headers.TryGetValue(Header, out var header) ? header.ToString() : null;
        if (named is null)
            await access.DemandAsync(caller, "*", ct);
        else
            await access.DemandAsync(context, caller, named, ct);
        IReadOnlyList<ServedEndpoint> found = named is null
            ? [.. table.All.Where(endpoint => endpoint.Workspace == caller.Workspace)]
            : [table.Get(caller.Workspace, named)];
        return (caller, found);
    }
}
