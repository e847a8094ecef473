using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Protocol.Grpc.Proto;
using Slipway.Serving.Routing;
using Status = Slipway.Serving.Protocol.Grpc.Proto.HealthCheckResponse.Types.ServingStatus;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>grpc.health.v1.Health: what Kubernetes probes ask. It needs no sign-in and says nothing about single endpoints.</summary>
internal sealed class GrpcHealth(GrpcUnary unary, RoutingTable table, TimeProvider time)
{
    public const string Name = "grpc.health.v1.Health";
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public void Map(IEndpointRouteBuilder routes)
    {
        unary.Map<HealthCheckRequest, HealthCheckResponse>(routes, $"/{Name}/Check", (_, request, _) =>
            ValueTask.FromResult(new HealthCheckResponse
            {
                Status = Find(request.Service) ?? throw SlipwayException.NotFound("Service", RequestText.Shorten(request.Service)),
            }));
        routes.MapPost($"/{Name}/Watch", WatchAsync);
    }

    private Task WatchAsync(HttpContext context) => unary.RunAsync(context, async (frames, ct) =>
    {
        HealthCheckRequest request;
        using (var message = await frames.ReadOnlyAsync(ct))
            request = GrpcUnary.Parse<HealthCheckRequest>(message.Span);
        using var timer = new PeriodicTimer(s_interval, time);
        Status? told = null;
        do
        {
            var now = Find(request.Service) ?? Status.ServiceUnknown;
            if (now == told)
                continue;
            told = now;
            frames.Write(new HealthCheckResponse { Status = now }.ToByteArray());
            await context.Response.BodyWriter.FlushAsync(ct);
        }
        while (await timer.WaitForNextTickAsync(ct));
    });

    private Status? Find(string service) => service is "" or InferenceService.Name
        ? table.All.All(endpoint => endpoint.IsReady) ? Status.Serving : Status.NotServing
        : null;
}
