using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Kernel.Http;

namespace Slipway.Server.Errors;

/// <summary>The one place where an exception becomes an answer: in the shape of the route's protocol, else problem details.</summary>
internal sealed partial class ErrorRendering(RequestDelegate next, ILogger<ErrorRendering> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            // Routing answers for a wrong method or type of body by an endpoint of its own, without a word.
            if (context.Response is { HasStarted: false, StatusCode: 404 or 405 or 415 } && context.GetEndpoint() is not RouteEndpoint)
                await ProblemShape.Default.WriteAsync(context, Unknown(context));
        }
        catch (Exception exception) when (IsGone(context, exception))
        {
            // The client is gone; nobody reads an answer, and the log is not the client's to fill.
        }
        catch (Exception exception)
        {
            await RenderAsync(context, exception);
        }
    }

    private async Task RenderAsync(HttpContext context, Exception exception)
    {
        var refusal = Refusal(context, exception);
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            Log.FailedMidway(logger, exception, context.Request.Method, context.Request.Path);
            context.Abort();
            return;
        }

        // What a route has said of the method or the type before it refused stays.
        var said = context.Response.StatusCode;
        context.Response.Clear();
        if (said is 405 or 415)
            context.Response.StatusCode = said;
        if (refusal.Code is ErrorCode.Exhausted or ErrorCode.Unavailable)
            context.Response.Headers.RetryAfter = "1";
        var shape = context.GetEndpoint()?.Metadata.GetMetadata<IErrorShape>() ?? ProblemShape.Default;
        await shape.WriteAsync(context, refusal);
    }

    private static bool IsGone(HttpContext context, Exception exception) =>
        exception is ConnectionResetException
        || (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    private SlipwayException Refusal(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case SlipwayException refusal:
                return refusal;
            case BadHttpRequestException { StatusCode: 413 }:
                return new SlipwayException(
                    ErrorCode.TooLarge, "The request body is larger than this server takes; send it in parts.", exception);
            case BadHttpRequestException bad:
                var why = bad.InnerException is JsonException inner ? Describe(inner) : BindingFailure.Describe(context, bad) ?? bad.Message;
                return new SlipwayException(ErrorCode.InvalidParameter, why, exception);
            case IOException { Source: WebServer } broken:
                // Chunks of a length that is no number, a stream that was reset: it was the web server who could not read on.
                return new SlipwayException(ErrorCode.InvalidParameter, $"The request cannot be read to its end: {broken.Message}", broken);
            case JsonException json:
                return new SlipwayException(ErrorCode.InvalidParameter, Describe(json), exception);
            case DbException { IsTransient: true, InnerException: not TimeoutException }:
                // A connection that was open ended with its database; the next one tells whether that is away.
                return new SlipwayException(ErrorCode.Unavailable, "The database ended the connection amid the request; try again.", exception);
            default:
                Log.Failed(logger, exception, context.Request.Method, context.Request.Path, context.TraceIdentifier);
                return new SlipwayException(
                    InternalError,
                    $"The server failed on this request; its log tells more under the id {context.TraceIdentifier}.",
                    exception);
        }
    }

    private const string WebServer = "Microsoft.AspNetCore.Server.Kestrel.Core";

    // Any code that renders as 500.
    private const ErrorCode InternalError = (ErrorCode)(-1);

    private static string Describe(JsonException exception) =>
        exception.Path is null or "$"
            ? $"The body is not the JSON that this route takes (line {exception.LineNumber + 1})."
            : $"The body is not the JSON that this route takes: {exception.Path} (line {exception.LineNumber + 1}) has a wrong type or is missing.";

    private static SlipwayException Unknown(HttpContext context) => context.Response.StatusCode switch
    {
        405 => SlipwayException.Invalid($"{context.Request.Path} does not take {context.Request.Method}."),
        415 => SlipwayException.Invalid($"{context.Request.Path} does not take a body of the type '{context.Request.ContentType}'."),
        _ => new SlipwayException(ErrorCode.NotFound, $"There is no {context.Request.Path} here; /openapi/v1.json lists the routes."),
    };

    private static partial class Log
    {
        [LoggerMessage(10001, LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string path, string traceId);

        [LoggerMessage(10002, LogLevel.Error, "{Method} {Path} failed after the answer had begun")]
        public static partial void FailedMidway(ILogger logger, Exception exception, string method, string path);
    }
}
