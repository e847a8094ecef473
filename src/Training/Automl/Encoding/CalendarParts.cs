namespace Slipway.Training.Automl.Encoding;

/// <summary>The parts of a date, from microseconds since 1970. Monday is 0, January is 1.</summary>
internal sealed record CalendarParts<T>(T Year, T Month, T Day, T Weekday, T DayOfYear, T Hour, T Minute)
{
    private const double MicrosOfDay = 86_400e6;
    private const double MicrosOfHour = 3_600e6;
    private const double MicrosOfMinute = 60e6;

    /// <summary>The days are those of civil_from_days (https://howardhinnant.github.io/date_algorithms.html), without any branch.</summary>
    public static CalendarParts<T> Of(IArithmetic<T> by, T micros)
    {
        T Whole(T value, double over) => by.Floor(by.Divide(value, by.Constant(over)));
        T Plus(T value, double more) => by.Add(value, by.Constant(more));
        T Times(T value, double times) => by.Multiply(value, by.Constant(times));

        var days = Whole(micros, MicrosOfDay);
        var ofDay = by.Subtract(micros, Times(days, MicrosOfDay));
        var hour = Whole(ofDay, MicrosOfHour);

        // Years begin in March, so that the day that some of them lack is their last.
        var shifted = Plus(days, 719_468);
        var era = Whole(shifted, 146_097);
        var ofEra = by.Subtract(shifted, Times(era, 146_097));
        var leaps = by.Add(by.Subtract(Whole(ofEra, 36_524), Whole(ofEra, 1_460)), by.Subtract(ofEra, Whole(ofEra, 146_096)));
        var yearOfEra = Whole(leaps, 365);
        var before = by.Add(Times(yearOfEra, 365), by.Subtract(Whole(yearOfEra, 4), Whole(yearOfEra, 100)));
        var ofYear = by.Subtract(ofEra, before);
        var marched = Whole(Plus(Times(ofYear, 5), 2), 153);
        var month = by.Subtract(Plus(marched, 3), Times(Whole(Plus(marched, 2), 12), 12));
        var isNext = by.Subtract(by.Constant(1), Whole(Plus(month, 9), 12));

        // March the first is day 59 of a year without a leap day: near enough for a season.
        var sinceJanuary = Plus(ofYear, 59);
        return new CalendarParts<T>(
            by.Add(by.Add(yearOfEra, Times(era, 400)), isNext),
            month,
            Plus(by.Subtract(ofYear, Whole(Plus(Times(marched, 153), 2), 5)), 1),
            by.Subtract(Plus(days, 3), Times(Whole(Plus(days, 3), 7), 7)),
            by.Subtract(sinceJanuary, Times(Whole(sinceJanuary, 365), 365)),
            hour,
            Whole(by.Subtract(ofDay, Times(hour, MicrosOfHour)), MicrosOfMinute));
    }
}
