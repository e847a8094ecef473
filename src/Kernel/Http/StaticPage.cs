using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Slipway.Kernel.Http;

/// <summary>A page that only shows: whatever a name or a value in it says, nothing of it runs, loads or sends.</summary>
public static class StaticPage
{
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

    public static ContentHttpResult Show(HttpContext http, string html)
    {
        http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return TypedResults.Content(html, "text/html; charset=utf-8");
    }
}
