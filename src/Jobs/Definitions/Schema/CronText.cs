using System.Globalization;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Checks cron expressions of five fields.</summary>
internal static class CronText
{
    private static readonly (string Name, int Min, int Max, string[] Words)[] s_fields =
    [
        ("minutes", 0, 59, []),
        ("hours", 0, 23, []),
        ("days of the month", 1, 31, []),
        ("months", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        ("days of the week", 0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <summary>What is wrong, or null.</summary>
    public static string? Wrong(string expression)
    {
        var parts = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != s_fields.Length)
            return $"it has {parts.Length} fields; expected five: {string.Join(", ", s_fields.Select(known => known.Name))}.";
        return parts.Zip(s_fields, (part, known) => IsField(part, known) ? null
                : $"'{part}' is not allowed for {known.Name}; expected numbers from {known.Min} to {known.Max}, '*', lists (1,2), ranges (1-5) and steps (*/10).")
            .FirstOrDefault(wrong => wrong is not null);
    }

    private static bool IsField(string part, (string Name, int Min, int Max, string[] Words) known) => part.Split(',').All(item =>
    {
        var step = item.Split('/');
        if (step.Length > 2 || (step.Length == 2 && !(int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every > 0)))
            return false;
        var bounds = step[0].Split('-');
        return step[0] == "*" || (bounds.Length <= 2 && bounds.All(bound => IsValue(bound, known)));
    });

    private static bool IsValue(string text, (string Name, int Min, int Max, string[] Words) known) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number >= known.Min && number <= known.Max
            : known.Words.Contains(text.ToLowerInvariant()[..Math.Min(3, text.Length)]) && text.All(char.IsLetter);
}
