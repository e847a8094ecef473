using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Api;

/// <summary>GET /api/v1/runs/{id}</summary>
internal sealed class ShowRun(GetRun get)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/runs/{id}", HandleAsync).WithName("ShowRun").WithTags("tracking");

    private static async Task<Ok<RunView>> HandleAsync(Caller caller, string id, ShowRun operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, id, ct));

    public async Task<RunView> RunAsync(Caller caller, string id, CancellationToken ct) =>
        RunView.Of(await get.RunAsync(caller, id, ct) ?? throw SlipwayException.NotFound("Run", id));
}
