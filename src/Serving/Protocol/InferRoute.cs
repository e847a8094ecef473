using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>POST …/v2/models/{model}[/versions/{version}]/infer: the hot path.</summary>
internal sealed class InferRoute(
    RoutingTable table, Collector collector, ScoringAccess access, ServingOptions options, TimeProvider time)
{
    private const string PinHeader = "azureml-model-deployment";
    private const string DeploymentHeader = "slipway-deployment";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var route = routes.ServiceProvider.GetRequiredService<InferRoute>();
        routes.MapPost("/models/{model}/infer", route.HandleAsync);
        routes.MapPost("/models/{model}/versions/{version}/infer", route.HandleAsync);
    }

    private async Task HandleAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        var endpoint = (string)context.Request.RouteValues["endpoint"]!;
        await access.DemandAsync(caller, endpoint, context.RequestAborted);
        table.Get(caller.Workspace, endpoint);

        // Before a deployment is taken: a client that dawdles must not keep one from being removed.
        using var body = await RequestBody.ReadAsync(context.Request, options.MaxBodyBytes, context.RequestAborted);
        var deployment = table.Acquire(
            caller.Workspace,
            endpoint,
            (string)context.Request.RouteValues["model"]!,
            context.Request.RouteValues["version"] as string,
            context.Request.Headers.TryGetValue(PinHeader, out var header) ? header.ToString() : null,
            out var collect);
        try
        {
            await AnswerAsync(context, body, deployment, collect);
        }
        catch
        {
            deployment.Counters.Refused();
            throw;
        }
        finally
        {
            deployment.Release();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task AnswerAsync(HttpContext context, RequestBody body, ServedDeployment deployment, CollectMode collect)
    {
        var slot = await deployment.Slots.RentAsync(context.RequestAborted);
        try
        {
            var begun = time.GetTimestamp();
            InferParser.Parse(body.Span, slot, options.MaxRows);
            slot.Run();
            var id = slot.RequestId ?? Ids.New(time);
            InferWriter.Write(slot, id);
            if (collect != CollectMode.Off)
                await CollectAsync(deployment, collect, slot, id, context.RequestAborted);
            Send(context.Response, deployment, slot);
            deployment.Counters.Answered(slot.Rows, time.GetTimestamp() - begun);
        }
        finally
        {
            deployment.Slots.Return(slot);
        }
    }

    private async ValueTask CollectAsync(
        ServedDeployment deployment, CollectMode mode, ScoringSlot slot, string id, CancellationToken ct)
    {
        var eventTime = slot.EventTime ?? time.GetUtcNow();
        if (!await collector.AddAsync(deployment, mode, slot, id, eventTime, ct))
            deployment.Counters.Drop(slot.Rows);
    }

    // The answer is copied into the connection's buffers, so that the slot is free before the client has read it.
    private static void Send(HttpResponse response, ServedDeployment deployment, ScoringSlot slot)
    {
        var answer = slot.Answer.Written;
        response.ContentType = "application/json";
        response.ContentLength = answer.Length;
        response.Headers[DeploymentHeader] = deployment.Definition.Name;
        response.BodyWriter.Write(answer.Span);
    }
}
