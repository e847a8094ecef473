using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>The gRPC services, over HTTP/2 as Kestrel has it; messages are framed by <see cref="GrpcFrames"/>.</summary>
internal static class GrpcRoutes
{
    public static IServiceCollection AddGrpcServices(this IServiceCollection services) => services
        .AddSingleton<GrpcUnary>()
        .AddSingleton<GrpcEndpoints>()
        .AddSingleton<InferCalls>()
        .AddSingleton<InferenceService>()
        .AddSingleton<GrpcHealth>()
        .AddSingleton<GrpcReflection>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(GrpcStatus.Shape, new ExcludeFromDescriptionAttribute());
        routes.ServiceProvider.GetRequiredService<InferenceService>().Map(group);
        routes.ServiceProvider.GetRequiredService<GrpcHealth>().Map(group);
        routes.ServiceProvider.GetRequiredService<GrpcReflection>().Map(group);
    }
}
