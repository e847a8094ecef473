using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Server.Errors;

/// <summary>Problem details for HTTP APIs, RFC 9457, with our error code as an extension.</summary>
internal sealed partial class ProblemShape : IErrorShape
{
    public static ProblemShape Default { get; } = new();

    public async Task WriteAsync(HttpContext context, SlipwayException refusal)
    {
        var status = context.Response.StatusCode is var given and (405 or 415) ? given : HttpStatus.Of(refusal.Code);
        var code = Enum.IsDefined(refusal.Code) ? refusal.Code.ToString() : "Internal";
        context.Response.StatusCode = status;
        if (status is 429 or 503)
            context.Response.Headers.RetryAfter = "1";
        await context.Response.WriteAsJsonAsync(
            new Problem("about:blank", code, status, refusal.Message, context.TraceIdentifier),
            ProblemJson.Default.Problem,
            "application/problem+json",
            context.RequestAborted);
    }

    internal sealed record Problem(
        [property: JsonPropertyName("type")] string Type,
        [property: JsonPropertyName("title")] string Title,
        [property: JsonPropertyName("status")] int Status,
        [property: JsonPropertyName("detail")] string Detail,
        [property: JsonPropertyName("traceId")] string TraceId);

    [JsonSerializable(typeof(Problem))]
    private sealed partial class ProblemJson : JsonSerializerContext;
}
