using Microsoft.AspNetCore.Builder;
using Slipway.Kernel;

namespace Slipway.Server.Http;

/// <summary>Refuses a NUL in a query, which PostgreSQL cannot look for; in a path the web server does.</summary>
internal static class WholeQueries
{
    public static IApplicationBuilder UseWholeQueries(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true
            ? throw SlipwayException.Invalid("The query of the address has a NUL character (%00); leave it out.")
            : next(context));
}
