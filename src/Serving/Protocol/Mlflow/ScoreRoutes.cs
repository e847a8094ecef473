using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>
/// MLflow's scoring server (/invocations, /ping, /health, /version) and Azure ML's online endpoint (/score), below an
/// endpoint's address. Tables in, predictions out; the traffic chooses the model.
/// </summary>
internal sealed class ScoreRoutes(RoutingTable table, InferenceCore core, ScoringAccess access, BodyMemory memory, ServingOptions options)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var operation = routes.ServiceProvider.GetRequiredService<ScoreRoutes>();
        routes.MapPost("/invocations", context => operation.ScoreAsync(context, wrapped: true));
        routes.MapPost("/score", context => operation.ScoreAsync(context, wrapped: false));
        routes.MapGet("/ping", operation.PingAsync);
        routes.MapGet("/health", operation.PingAsync);
        routes.MapGet("/version", static context => context.Response.WriteAsync(ModelRoutes.ServerVersion, context.RequestAborted));
        routes.MapGet("/swagger.json", operation.DescribeAsync);
    }

    private async Task ScoreAsync(HttpContext context, bool wrapped)
    {
        var endpoint = await EndpointAsync(context);
        using var body = await RequestBody.ReadAsync(context.Request, memory, memory.Limit, context.RequestAborted);
        var pinned = context.Request.Headers.TryGetValue(InferRoute.PinHeader, out var header) ? header.ToString() : null;
        var target = new InferTarget(endpoint.Workspace, endpoint.Definition.Name, Model: null, Version: null, pinned)
        {
            Headers = context.Request.Headers,
            Json = body.Memory,
        };
        await core.InferAsync(target, new Exchange(context, body, wrapped, options.MaxRows), context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private async Task PingAsync(HttpContext context)
    {
        var ready = (await EndpointAsync(context)).IsReady;
        context.Response.StatusCode = ready ? 200 : 503;
        await context.Response.WriteAsync("\n", context.RequestAborted);
    }

    private async Task DescribeAsync(HttpContext context)
    {
        var endpoint = await EndpointAsync(context);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(EndpointDocument.Create(endpoint).ToJsonString(), context.RequestAborted);
    }

    private async Task<ServedEndpoint> EndpointAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        var endpoint = (string)context.Request.RouteValues["endpoint"]!;
        await access.DemandAsync(context, caller, endpoint, context.RequestAborted);
        return table.Get(caller.Workspace, endpoint);
    }

    private static bool IsCsv(HttpRequest request)
    {
        var type = (request.ContentType ?? "application/json").Split(';')[0].Trim();
        return type switch
        {
            "text/csv" => true,
            "application/json" => false,
            _ => throw new SlipwayException(
                ErrorCode.InvalidParameter, $"The content type '{RequestText.Shorten(type)}' is not read; send application/json or text/csv."),
        };
    }

    private readonly struct Exchange(HttpContext context, RequestBody body, bool wrapped, int maxRows) : IInferExchange
    {
        public BodyRequest? Body => new BodyRequest(context.Request, body.Memory);

        public void Read(ScoringSlot slot)
        {
            if (IsCsv(context.Request))
                CsvTable.Read(body.Span, slot, maxRows);
            else
                JsonTable.Read(body.Memory, slot, maxRows);
        }

        public void Write(ScoringSlot slot, ServedDeployment deployment)
        {
            context.Response.Headers[InferRoute.DeploymentHeader] = deployment.Definition.Name;
            context.Response.Headers["x-request-id"] = slot.RequestId;
            if (wrapped)
                slot.Answer.Raw("{\"predictions\":"u8);
            PredictionWriter.Write(slot);
            if (wrapped)
                slot.Answer.Raw("}"u8);
            AnswerBody.Write(context, slot.Answer.Written.Span);
        }

        // Of a script's headers those pass that cannot break the connection: the type, and its own.
        public void Write(BodyAnswer answer, ServedDeployment deployment)
        {
            var response = context.Response;
            response.StatusCode = answer.Status;
            response.Headers[InferRoute.DeploymentHeader] = deployment.Definition.Name;
            foreach (var (name, value) in answer.Headers)
            {
                if (!value.Any(char.IsControl) && value.All(char.IsAscii) && Passes(name))
                    response.Headers[name] = value;
            }

            if (answer.Status is 204 or 205 or 304)
                return;
            response.ContentLength = answer.Body.Length;
            response.BodyWriter.Write(answer.Body.Span);
        }

        private static bool Passes(string name) => name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));
    }
}
