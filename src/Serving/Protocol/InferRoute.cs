using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>POST …/v2/models/{model}[/versions/{version}]/infer, in JSON or with binary tensors behind it.</summary>
internal sealed class InferRoute(RoutingTable table, InferenceCore core, ScoringAccess access, BodyMemory memory, ServingOptions options)
{
    public const string PinHeader = "azureml-model-deployment";
    public const string DeploymentHeader = "slipway-deployment";

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
        await access.DemandAsync(context, caller, endpoint, context.RequestAborted);
        table.Get(caller.Workspace, endpoint);

        using var body = await RequestBody.ReadAsync(context.Request, memory, memory.Limit, context.RequestAborted);
        var jsonLength = BinaryBody.JsonLength(context.Request, body.Length);
        var target = new InferTarget(
            caller.Workspace,
            endpoint,
            (string)context.Request.RouteValues["model"]!,
            context.Request.RouteValues["version"] as string,
            context.Request.Headers.TryGetValue(PinHeader, out var header) ? header.ToString() : null)
        {
            Headers = context.Request.Headers,
            Json = body.Memory[..jsonLength],
        };
        var exchange = new Exchange(context, body, jsonLength, options.MaxRows);
        await core.InferAsync(target, exchange, context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private readonly struct Exchange(HttpContext context, RequestBody body, int jsonLength, int maxRows) : IInferExchange
    {
        public void Read(ScoringSlot slot) =>
            InferParser.Parse(body.Span[..jsonLength], body.Span[jsonLength..], slot, maxRows);

        public void Write(ScoringSlot slot, ServedDeployment deployment)
        {
            var response = context.Response;
            response.Headers[DeploymentHeader] = deployment.Definition.Name;
            InferWriter.Write(slot);
            var json = slot.Answer.Written.Span;
            var binary = BinaryBody.Length(slot);
            if (binary == 0)
            {
                AnswerBody.Write(context, json);
                return;
            }

            response.ContentLength = json.Length + binary;
            response.ContentType = "application/octet-stream";
            response.Headers[BinaryBody.LengthHeader] = json.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.BodyWriter.Write(json);
            BinaryBody.Write(slot, response.BodyWriter);
        }
    }
}
