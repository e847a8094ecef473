using System.Globalization;

namespace Slipway.Server.Http;

/// <summary>How many files and sockets this process may have open.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";

    /// <summary>Null: unknown, or as many as it likes.</summary>
    public static int? Limit() => File.Exists(Limits) ? Parse(File.ReadLines(Limits)) : null;

    // "Max open files            20000                20000                files", the soft limit first.
    internal static int? Parse(IEnumerable<string> lines) =>
        lines.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal)) is { } found
        && int.TryParse(found.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : null;
}
