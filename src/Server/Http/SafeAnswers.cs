using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// What /api/v1 answers is data, also in the hands of a browser: it is taken for the type that it says, runs nothing and stands in no frame.
/// A page among the answers says for itself what it may.
/// </summary>
internal static class SafeAnswers
{
    public static IApplicationBuilder UseSafeAnswers(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // A refusal clears what was set before it.
        if (context.Request.Path.StartsWithSegments("/api/v1"))
            context.Response.OnStarting(static response => SetAsync((HttpResponse)response), context.Response);
        return next(context);
    });

    private static Task SetAsync(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        if (response.Headers.ContentSecurityPolicy.Count == 0)
            response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        return Task.CompletedTask;
    }
}
