using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Server.Telemetry;

/// <summary>
/// Lets a request go on with the trace that its caller is in (https://www.w3.org/TR/trace-context/), whether traces are sent or not, and
/// describes it where they are.
/// </summary>
internal static class RequestTrace
{
    // They are asked for every few seconds and tell nothing.
    private static readonly string[] s_untold = ["/health", "/metrics"];

    public static void UseRequestTrace(this IApplicationBuilder app) => app.Use(RunAsync);

    private static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (Activity.Current is { IsAllDataRequested: true } activity)
            return DescribeAsync(context, activity, next);
        return Activity.Current is null && context.Request.Headers.TraceParent is [{ Length: > 0 } parent]
            ? GoOnAsync(context, parent, next)
            : next(context);
    }

    // Nobody listens, and so the web server made none: a job that is submitted here takes the caller's trace along all the same.
    private static async Task GoOnAsync(HttpContext context, string parent, RequestDelegate next)
    {
        if (!ActivityContext.TryParse(parent, context.Request.Headers.TraceState, isRemote: true, out var caller))
        {
            await next(context);
            return;
        }

        using var activity = new Activity("request").SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags);
        activity.TraceStateString = caller.TraceState;
        activity.Start();
        await next(context);
    }

    private static async Task DescribeAsync(HttpContext context, Activity activity, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "";
        if (s_untold.Any(untold => path.StartsWith(untold, StringComparison.Ordinal)))
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        await next(context);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        activity.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route).SetTag("url.path", path)
            .SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }
}
