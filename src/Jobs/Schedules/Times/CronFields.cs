using System.Globalization;

namespace Slipway.Jobs.Schedules.Times;

/// <summary>A cron expression of five fields that was checked before.</summary>
internal sealed record CronFields(IReadOnlyList<int> Minutes, IReadOnlyList<int> Hours, Func<DateOnly, bool> IsDay)
{
    private static readonly string[] s_months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] s_weekDays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static CronFields Parse(string expression)
    {
        var parts = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var days = Values(parts[2], 1, 31, []);
        var months = Values(parts[3], 1, 12, s_months);
        var weekDays = Values(parts[4], 0, 6, s_weekDays);

        // As cron has it since 1979: where both kinds of days are given, either will do.
        var either = parts[2] != "*" && parts[4] != "*";
        return new CronFields(Values(parts[0], 0, 59, []), Values(parts[1], 0, 23, []), IsDay);

        bool IsDay(DateOnly date)
        {
            var (byDate, byWeek) = (days.Contains(date.Day), weekDays.Contains((int)date.DayOfWeek));
            return months.Contains(date.Month) && (either ? byDate || byWeek : byDate && byWeek);
        }
    }

    private static List<int> Values(string field, int min, int max, string[] words)
    {
        var values = new SortedSet<int>();
        foreach (var item in field.Split(','))
        {
            var (range, step) = item.Split('/') is [var left, var right] ? (left, (int?)Number(right, [], 0)) : (item, null);
            var bounds = range == "*" ? [] : range.Split('-').Select(bound => Number(bound, words, min)).ToArray();
            var from = bounds.Length > 0 ? bounds[0] : min;
            var to = bounds.Length == 1 && step is null ? from : bounds.Length == 2 ? bounds[1] : max;

            // fri-mon goes over the end of the week.
            var length = to >= from ? to - from : to - from + (max - min + 1);
            for (var passed = 0; passed <= length; passed += step ?? 1)
                values.Add(min + ((from - min + passed) % (max - min + 1)));
        }

        return [.. values];
    }

    private static int Number(string text, string[] words, int min) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : min + Array.IndexOf(words, text[..3].ToLowerInvariant());
}
