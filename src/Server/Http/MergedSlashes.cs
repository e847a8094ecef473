using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;

namespace Slipway.Server.Http;

/// <summary>Takes several slashes in a row for one, as MLflow's server does: clients put a path behind "http://host/".</summary>
internal static partial class MergedSlashes
{
    /// <summary>Comes before routing.</summary>
    public static IApplicationBuilder UseMergedSlashes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var path = context.Request.Path.Value;
        if (path?.Contains("//", StringComparison.Ordinal) == true)
            context.Request.Path = Slashes.Replace(path, "/");
        return next(context);
    });

    [GeneratedRegex("/{2,}")]
    private static partial Regex Slashes { get; }
}
