namespace Slipway.Cli.CommandLine;

/// <summary>The query of an address: what was not said is left out.</summary>
internal static class QueryText
{
    /// <summary>"?status=open&amp;limit=5", or "".</summary>
    public static string Of(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }
}
