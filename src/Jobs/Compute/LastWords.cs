using System.Text.RegularExpressions;

namespace Slipway.Jobs.Compute;

/// <summary>What a command that failed said last, as the end of the sentence that tells so.</summary>
internal static partial class LastWords
{
    private const int Longest = 200;

    /// <param name="lines">The end of its log.</param>
    public static string Of(IReadOnlyList<string> lines)
    {
        // Of several processes the others speak after the one that failed.
        if (lines.Select(line => FailedPattern().Match(line)).LastOrDefault(match => match.Success) is { } failed)
        {
            var (process, label) = ($"Process {failed.Groups["rank"].Value} of {failed.Groups["total"].Value}", $"[{failed.Groups["rank"].Value}] ");
            return lines.LastOrDefault(line => line.StartsWith(label, StringComparison.Ordinal) && line.Length > label.Length) is { } words
                ? $". {process} failed first; its last words: {Shorten(words[label.Length..].Trim())}"
                : $". {process} failed first, without a word.";
        }

        return lines.Count > 0 ? $". Its last words: {Shorten(lines[^1].Trim())}" : ".";
    }

    private static string Shorten(string line) => line.Length <= Longest ? line : line[..(Longest - 3)] + "...";

    // As launch.sh says it.
    [GeneratedRegex(@"\A\[Process (?<rank>[0-9]+) of (?<total>[0-9]+) ended with exit code [0-9]+; the others are ended\.\]")]
    private static partial Regex FailedPattern();
}
