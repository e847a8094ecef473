using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Serving.Online;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Protocol;

/// <summary>
/// The protocol's extensions beside inference: what the repository has, load, unload, statistics.
/// https://github.com/triton-inference-server/server/tree/main/docs/protocol
/// </summary>
internal sealed class RepositoryRoutes(RoutingTable table, ScoringAccess access, ModelRepository repository, BodyMemory memory)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var operation = routes.ServiceProvider.GetRequiredService<RepositoryRoutes>();
        routes.MapPost("/repository/index", operation.IndexAsync);
        routes.MapPost("/repository/models/{model}/load", operation.LoadAsync);
        routes.MapPost("/repository/models/{model}/unload", operation.UnloadAsync);
        routes.MapGet("/models/stats", operation.StatisticsAsync);
        routes.MapGet("/models/{model}/stats", operation.StatisticsAsync);
        routes.MapGet("/models/{model}/versions/{version}/stats", operation.StatisticsAsync);
    }

    private async Task IndexAsync(HttpContext context)
    {
        var (caller, endpoint) = await ReadableAsync(context);
        var onlyReady = await OnlyReadyAsync(context);
        var models = await repository.ListAsync(caller.Workspace, endpoint, context.RequestAborted);
        var json = new JsonText();
        json.Raw("["u8);
        json.Join(models.Where(model => model.Ready || !onlyReady), static (text, model) =>
        {
            text.Raw("{\"name\":"u8);
            text.Text(model.Name);
            text.Raw(",\"version\":"u8);
            text.Text(model.Version.ToString(CultureInfo.InvariantCulture));
            text.Raw(model.Ready ? ",\"state\":\"READY\",\"reason\":"u8 : ",\"state\":\"UNAVAILABLE\",\"reason\":"u8);
            text.Text(model.Reason);
            text.Raw("}"u8);
        });
        json.Raw("]"u8);
        await json.SendAsync(context, 200);
    }

    private async Task LoadAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        await DemandNoneAsync(context);
        await repository.LoadAsync(caller, Endpoint(context), (string)context.Request.RouteValues["model"]!, context.RequestAborted);
    }

    private async Task UnloadAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        await DemandNoneAsync(context, known: "unload_dependents");
        await repository.UnloadAsync(caller, Endpoint(context), (string)context.Request.RouteValues["model"]!, context.RequestAborted);
    }

    private async Task StatisticsAsync(HttpContext context)
    {
        var (caller, name) = await ReadableAsync(context);
        var endpoint = table.Get(caller.Workspace, name);
        var chosen = endpoint.Statistics(context.Request.RouteValues["model"] as string, context.Request.RouteValues["version"] as string);
        var json = new JsonText();
        json.Raw("{\"model_stats\":["u8);
        json.Join(chosen, WriteStatistics);
        json.Raw("]}"u8);
        await json.SendAsync(context, 200);
    }

    private static void WriteStatistics(JsonText json, ModelStatistics found)
    {
        json.Raw("{\"name\":"u8);
        json.Text(found.Model);
        json.Raw(",\"version\":"u8);
        json.Text(found.Version);
        json.Raw(",\"last_inference\":"u8);
        json.Number(found.LastInference);
        json.Raw(",\"inference_count\":"u8);
        json.Number(found.Rows);
        json.Raw(",\"execution_count\":"u8);
        json.Number(found.Executions);
        json.Raw(",\"inference_stats\":{"u8);
        json.Join(found.Durations(), static (text, duration) =>
        {
            text.Text(duration.Name);
            text.Raw(":{\"count\":"u8);
            text.Number(duration.Count);
            text.Raw(",\"ns\":"u8);
            text.Number(duration.Nanoseconds);
            text.Raw("}"u8);
        });
        json.Raw("},\"batch_stats\":[]}"u8);
    }

    private async Task<(Caller Caller, string Endpoint)> ReadableAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        await access.DemandAsync(context, caller, Endpoint(context), context.RequestAborted);
        return (caller, Endpoint(context));
    }

    private static string Endpoint(HttpContext context) => (string)context.Request.RouteValues["endpoint"]!;

    // No body, or {"ready":true}.
    private Task<bool> OnlyReadyAsync(HttpContext context) =>
        ReadAsync(context, static body => body.TryGetProperty("ready", out var ready) && ready.ValueKind == JsonValueKind.True);

    // A model is loaded as its deployment says; another configuration, or files of a request's own, would be passed over in silence.
    private async Task DemandNoneAsync(HttpContext context, string? known = null)
    {
        var given = await ReadAsync(context, body => body.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object
            ? parameters.EnumerateObject().Select(parameter => parameter.Name).FirstOrDefault(name => name != known)
            : null);
        if (given is not null)
            throw ModelRepository.NoParameter(given);
    }

    private async Task<T?> ReadAsync<T>(HttpContext context, Func<JsonElement, T> read)
    {
        using var body = await RequestBody.ReadAsync(context.Request, memory, 64 * 1024, context.RequestAborted);
        if (body.Length == 0)
            return default;
        try
        {
            using var document = JsonDocument.Parse(body.Memory);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw SlipwayException.Invalid("The body is not a JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name such as "\ud800", half of a character.
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The body is not JSON that can be read: {exception.Message}", exception);
        }
    }
}
