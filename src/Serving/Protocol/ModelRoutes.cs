using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Protocol;

/// <summary>The Open Inference Protocol beside inference: who serves, is it alive, is it ready, what does a model take.</summary>
internal sealed class ModelRoutes(RoutingTable table, ScoringAccess access)
{
    public static string ServerVersion { get; } = typeof(ModelRoutes).Assembly.GetName().Version!.ToString(3);

    public static IReadOnlyList<string> Extensions { get; } = ["binary_tensor_data", "classification", "model_repository", "statistics"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var operation = routes.ServiceProvider.GetRequiredService<ModelRoutes>();
        routes.MapGet("", operation.ServerAsync);
        routes.MapGet("/health/live", operation.LiveAsync);
        routes.MapGet("/health/ready", operation.ReadyAsync);
        routes.MapGet("/models/{model}", operation.ModelAsync);
        routes.MapGet("/models/{model}/ready", operation.ModelReadyAsync);
        routes.MapGet("/models/{model}/versions/{version}", operation.ModelAsync);
        routes.MapGet("/models/{model}/versions/{version}/ready", operation.ModelReadyAsync);
    }

    private async Task ServerAsync(HttpContext context)
    {
        await EndpointAsync(context);
        var json = new JsonText();
        json.Raw("{\"name\":\"slipway\",\"version\":"u8);
        json.Text(ServerVersion);
        json.Raw(",\"extensions\":["u8);
        json.Join(Extensions, static (text, extension) => text.Text(extension));
        json.Raw("]}"u8);
        await json.SendAsync(context, 200);
    }

    private async Task LiveAsync(HttpContext context)
    {
        await EndpointAsync(context);
        var json = new JsonText();
        json.Raw("{\"live\":true}"u8);
        await json.SendAsync(context, 200);
    }

    private async Task ReadyAsync(HttpContext context)
    {
        var ready = (await EndpointAsync(context)).IsReady;
        var json = new JsonText();
        json.Raw("{\"ready\":"u8);
        json.Bool(ready);
        json.Raw("}"u8);
        await json.SendAsync(context, ready ? 200 : 503);
    }

    private async Task ModelReadyAsync(HttpContext context)
    {
        var ready = (await EndpointAsync(context)).IsModelReady(Value(context, "model")!, Value(context, "version"));
        var json = new JsonText();
        json.Raw("{\"name\":"u8);
        json.Text(Value(context, "model")!);
        json.Raw(",\"ready\":"u8);
        json.Bool(ready);
        json.Raw("}"u8);
        await json.SendAsync(context, ready ? 200 : 503);
    }

    private async Task ModelAsync(HttpContext context)
    {
        var endpoint = await EndpointAsync(context);
        var shown = endpoint.Shown(Value(context, "model"), Value(context, "version"));
        var json = new JsonText();
        json.Raw("{\"name\":"u8);
        json.Text(shown.Model.Name);
        json.Raw(",\"versions\":["u8);
        json.Join(endpoint.VersionsOf(shown.Model.Name), static (text, number) =>
            text.Text(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        json.Raw("],\"platform\":"u8);
        json.Text(shown.Model.Platform);
        json.Raw(",\"inputs\":["u8);
        json.Join(shown.Model.Inputs, Tensor);
        json.Raw("],\"outputs\":["u8);
        json.Join(shown.Model.Outputs, Tensor);
        json.Raw("]}"u8);
        await json.SendAsync(context, 200);
    }

    private static void Tensor(JsonText json, TensorPlan plan)
    {
        json.Raw("{\"name\":"u8);
        json.Text(plan.Utf8Name);
        json.Raw(",\"datatype\":"u8);
        json.Text(plan.Utf8DataType);
        json.Raw(",\"shape\":["u8);
        json.Join(plan.Shape, static (text, dim) => text.Number(dim));
        json.Raw("]}"u8);
    }

    private async Task<ServedEndpoint> EndpointAsync(HttpContext context)
    {
        var caller = await Caller.BindAsync(context);
        var endpoint = Value(context, "endpoint")!;
        await access.DemandAsync(context, caller, endpoint, context.RequestAborted);
        return table.Get(caller.Workspace, endpoint);
    }

    private static string? Value(HttpContext context, string name) => context.Request.RouteValues[name] as string;
}
