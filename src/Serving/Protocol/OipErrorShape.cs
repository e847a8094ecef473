using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Serving.Protocol;

/// <summary>{"error": "…"}: how the Open Inference Protocol refuses.</summary>
internal sealed class OipErrorShape : IErrorShape
{
    public static OipErrorShape Default { get; } = new();

    public async Task WriteAsync(HttpContext context, SlipwayException refusal)
    {
        var status = HttpStatus.Of(refusal.Code);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status is 429 or 503)
            context.Response.Headers.RetryAfter = "1";
        var json = new JsonText();
        json.Raw("{\"error\":"u8);
        json.Text(refusal.Message);
        json.Raw("}"u8);
        await context.Response.Body.WriteAsync(json.Written, context.RequestAborted);
    }
}
