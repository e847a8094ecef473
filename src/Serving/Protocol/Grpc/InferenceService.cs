using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Online;
using Slipway.Serving.Protocol.Grpc.Proto;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>inference.GRPCInferenceService: health, metadata, statistics, the repository; inference is in <see cref="InferCalls"/>.</summary>
internal sealed class InferenceService(GrpcEndpoints endpoints, GrpcUnary unary, InferCalls infer, ModelRepository repository)
{
    public const string Name = "inference.GRPCInferenceService";

    public void Map(IEndpointRouteBuilder routes)
    {
        var service = routes.MapGroup("/" + Name);
        service.MapPost("/ModelInfer", infer.InferAsync);
        service.MapPost("/ModelStreamInfer", infer.StreamAsync);
        unary.Map<ServerLiveRequest, ServerLiveResponse>(service, "/ServerLive", static (_, _, _) =>
            ValueTask.FromResult(new ServerLiveResponse { Live = true }));
        unary.Map<ServerReadyRequest, ServerReadyResponse>(service, "/ServerReady", async (context, _, ct) =>
            new ServerReadyResponse { Ready = (await endpoints.ListAsync(context, ct)).Endpoints.All(endpoint => endpoint.IsReady) });
        unary.Map<ServerMetadataRequest, ServerMetadataResponse>(service, "/ServerMetadata", static (_, _, _) =>
            ValueTask.FromResult(new ServerMetadataResponse { Name = "slipway", Version = ModelRoutes.ServerVersion, Extensions = { ModelRoutes.Extensions } }));
        unary.Map<ModelReadyRequest, ModelReadyResponse>(service, "/ModelReady", ModelReadyAsync);
        unary.Map<ModelMetadataRequest, ModelMetadataResponse>(service, "/ModelMetadata", ModelMetadataAsync);
        unary.Map<ModelStatisticsRequest, ModelStatisticsResponse>(service, "/ModelStatistics", StatisticsAsync);
        unary.Map<RepositoryIndexRequest, RepositoryIndexResponse>(service, "/RepositoryIndex", IndexAsync);
        unary.Map<RepositoryModelLoadRequest, RepositoryModelLoadResponse>(service, "/RepositoryModelLoad", async (context, request, ct) =>
        {
            var (caller, endpoint) = await endpoints.GetAsync(context, model: null, ct);
            if (request.Parameters.Keys.FirstOrDefault() is { } given)
                throw ModelRepository.NoParameter(given);
            await repository.LoadAsync(caller, endpoint.Definition.Name, request.ModelName, ct);
            return new RepositoryModelLoadResponse();
        });
        unary.Map<RepositoryModelUnloadRequest, RepositoryModelUnloadResponse>(service, "/RepositoryModelUnload", async (context, request, ct) =>
        {
            var (caller, endpoint) = await endpoints.GetAsync(context, model: null, ct);
            await repository.UnloadAsync(caller, endpoint.Definition.Name, request.ModelName, ct);
            return new RepositoryModelUnloadResponse();
        });
        service.MapPost("/{method}", static context => throw new SlipwayException(
            ErrorCode.NotImplemented, $"{Name} has no method '{RequestText.Shorten((string)context.Request.RouteValues["method"]!)}'."));
    }

    private async ValueTask<ModelReadyResponse> ModelReadyAsync(HttpContext context, ModelReadyRequest request, CancellationToken ct)
    {
        var (_, endpoint) = await endpoints.GetAsync(context, request.Name, ct);
        return new ModelReadyResponse { Ready = endpoint.IsModelReady(request.Name, NullIfEmpty(request.Version)) };
    }

    private async ValueTask<ModelMetadataResponse> ModelMetadataAsync(HttpContext context, ModelMetadataRequest request, CancellationToken ct)
    {
        var (_, endpoint) = await endpoints.GetAsync(context, request.Name, ct);
        var shown = endpoint.Shown(request.Name, NullIfEmpty(request.Version)).Model;
        return new ModelMetadataResponse
        {
            Name = shown.Name,
            Platform = shown.Platform,
            Versions = { endpoint.VersionsOf(request.Name).Select(version => version.ToString(CultureInfo.InvariantCulture)) },
            Inputs = { shown.Inputs.Select(Tensor) },
            Outputs = { shown.Outputs.Select(Tensor) },
        };
    }

    private async ValueTask<ModelStatisticsResponse> StatisticsAsync(HttpContext context, ModelStatisticsRequest request, CancellationToken ct)
    {
        var model = NullIfEmpty(request.Name);
        var (_, endpoint) = await endpoints.GetAsync(context, model, ct);
        return new ModelStatisticsResponse { ModelStats = { endpoint.Statistics(model, NullIfEmpty(request.Version)).Select(Statistics) } };
    }

    private async ValueTask<RepositoryIndexResponse> IndexAsync(HttpContext context, RepositoryIndexRequest request, CancellationToken ct)
    {
        var (caller, endpoint) = await endpoints.GetAsync(context, model: null, ct);
        var models = await repository.ListAsync(caller.Workspace, endpoint.Definition.Name, ct);
        return new RepositoryIndexResponse
        {
            Models =
            {
                models.Where(model => model.Ready || !request.Ready).Select(model => new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = model.Name,
                    Version = model.Version.ToString(CultureInfo.InvariantCulture),
                    State = model.Ready ? "READY" : "UNAVAILABLE",
                    Reason = model.Reason,
                }),
            },
        };
    }

    private static ModelMetadataResponse.Types.TensorMetadata Tensor(TensorPlan plan) =>
        new() { Name = plan.Name, Datatype = plan.DataType, Shape = { plan.Shape } };

    private static Proto.ModelStatistics Statistics(Routing.ModelStatistics found)
    {
        var durations = found.Durations().ToDictionary(
            duration => duration.Name,
            duration => new StatisticDuration { Count = (ulong)duration.Count, Ns = (ulong)duration.Nanoseconds });
        return new Proto.ModelStatistics
        {
            Name = found.Model,
            Version = found.Version,
            LastInference = (ulong)found.LastInference,
            InferenceCount = (ulong)found.Rows,
            ExecutionCount = (ulong)found.Executions,
            InferenceStats = new InferStatistics
            {
                Success = durations["success"],
                Fail = durations["fail"],
                Queue = durations["queue"],
                ComputeInput = durations["compute_input"],
                ComputeInfer = durations["compute_infer"],
                ComputeOutput = durations["compute_output"],
                CacheHit = durations["cache_hit"],
                CacheMiss = durations["cache_miss"],
            },
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
