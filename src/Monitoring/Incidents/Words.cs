using Slipway.Kernel;

namespace Slipway.Monitoring.Incidents;

/// <summary>What people write of alerts and incidents.</summary>
internal static class Words
{
    private const int Longest = 10_000;

    /// <summary>The words, after what could not be kept was refused.</summary>
    public static string? Checked(string? text)
    {
        if (text?.Length > Longest)
            throw SlipwayException.Invalid($"The text has {text.Length:N0} characters; at most {Longest:N0} are kept.");

        // PostgreSQL keeps no NUL.
        return text?.Contains('\0', StringComparison.Ordinal) == true
            ? throw SlipwayException.Invalid("The text has a character with the code 0, which no text needs.")
            : text;
    }
}
