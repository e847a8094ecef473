using System.Buffers;
using System.Collections.Frozen;
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
    private static readonly FrozenSet<string> s_passing = FrozenSet.ToFrozenSet(
        ["Content-Type", "Content-Disposition", "Content-Language", "Content-Encoding", "Cache-Control", "ETag", "Expires", "Last-Modified", "Retry-After", "Allow", "Vary"],
        StringComparer.OrdinalIgnoreCase);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var operation = routes.ServiceProvider.GetRequiredService<ScoreRoutes>();
        routes.MapPost("/invocations", context => operation.ScoreAsync(context, wrapped: true));
        routes.MapMethods("/score", [HttpMethods.Post, HttpMethods.Get, HttpMethods.Options], context => operation.ScoreAsync(context, wrapped: false));
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
        if (type.Equals("text/csv", StringComparison.OrdinalIgnoreCase))
            return true;
        if (type.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return false;
        request.HttpContext.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        throw SlipwayException.Invalid($"The content type '{RequestText.Shorten(type)}' is not read; send application/json or text/csv.");
    }

    private readonly struct Exchange(HttpContext context, RequestBody body, bool wrapped, int maxRows) : IInferExchange
    {
        public BodyRequest? Body => new BodyRequest(context.Request, body.Memory);

        public void Read(ScoringSlot slot)
        {
            if (!HttpMethods.IsPost(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                throw SlipwayException.Invalid($"Model '{slot.Model.Name}' takes POST; a script of the runtime python takes GET and OPTIONS, too.");
            }

            if (IsCsv(context.Request))
                CsvTable.Read(body.Span, slot, maxRows);
            else
                JsonTable.Read(body.Memory, slot, maxRows);
            slot.RequestId = RequestNames.IdOf(context.Request.Headers);
        }

        public void Write(ScoringSlot slot, ServedDeployment deployment)
        {
            Name(slot.RequestId, deployment);
            if (wrapped)
                slot.Answer.Raw("{\"predictions\":"u8);
            PredictionWriter.Write(slot);
            if (wrapped)
                slot.Answer.Raw("}"u8);
            AnswerBody.Write(context, slot.Answer.Written.Span);
        }

        // As Azure ML says who answered, and which request.
        private void Name(string? id, ServedDeployment deployment)
        {
            var headers = context.Response.Headers;
            headers[InferRoute.DeploymentHeader] = deployment.Definition.Name;
            headers[InferRoute.PinHeader] = deployment.Definition.Name;
            if (id is not null)
                headers["x-request-id"] = id;
            if (RequestNames.ClientIdOf(context.Request.Headers) is { } client)
                headers["x-ms-client-request-id"] = client;
        }

        // Of a script's headers those pass that cannot break the connection, or sign its callers in: those of the content, of CORS, and its own.
        public void Write(BodyAnswer answer, ServedDeployment deployment)
        {
            var response = context.Response;
            response.StatusCode = answer.Status;
            Name(RequestNames.IdOf(context.Request.Headers), deployment);
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

        private static bool Passes(string name) => s_passing.Contains(name)
            || ((name.StartsWith("x-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));
    }
}
