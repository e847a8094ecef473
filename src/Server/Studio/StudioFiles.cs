using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Slipway.Server.Studio;

/// <summary>
/// Serves the web application from the folder "studio" beside the program; without one the server has no pages. Its
/// pages have addresses of their own, which the browser resolves: an unknown path that a person opens gets the application.
/// </summary>
internal static class StudioFiles
{
    private static readonly PathString[] s_protocols = ["/api", "/ajax-api", "/openapi"];

    // Nothing is loaded from anywhere else. Inline styles are how Fluent UI and the charts style their elements.
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void UseStudio(this WebApplication app) =>
        app.UseStudio(Path.Combine(AppContext.BaseDirectory, "studio"));

    internal static void UseStudio(this IApplicationBuilder app, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "index.html")))
            return;

        app.Use(static (context, next) =>
        {
            if (IsPage(context))
                context.Request.Path = "/index.html";
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(folder), OnPrepareResponse = SetHeaders });
    }

    private static bool IsPage(HttpContext context)
    {
        var request = context.Request;
        return context.GetEndpoint() is null
            && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !request.Path.StartsWithSegments("/assets")
            && !s_protocols.Any(protocol => request.Path.StartsWithSegments(protocol));
    }

    private static void SetHeaders(StaticFileResponseContext response)
    {
        var headers = response.Context.Response.Headers;
        // The names of the assets have the hash of their content; the page that names them must always be asked for.
        headers.CacheControl = response.Context.Request.Path.StartsWithSegments("/assets")
            ? "public, max-age=31536000, immutable"
            : "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
    }
}
