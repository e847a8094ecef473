using Slipway.Training.Automl.Encoding;
using Xunit;

namespace Slipway.Unit.Training.Automl;

public sealed class CalendarTests
{
    [Fact]
    public void The_parts_of_any_time_are_those_of_the_calendar()
    {
        var random = new Random(3);
        for (var at = 0; at < 20_000; at++)
        {
            var time = new DateTime(1600, 1, 1).AddMinutes(random.NextInt64(0, 600L * 365 * 1440));

            var parts = CalendarParts<double>.Of(NumberArithmetic.Instance, (time - DateTime.UnixEpoch).TotalMicroseconds);

            Assert.Equal(
                (time.Year, time.Month, time.Day, ((int)time.DayOfWeek + 6) % 7, time.Hour, time.Minute),
                ((int)parts.Year, (int)parts.Month, (int)parts.Day, (int)parts.Weekday, (int)parts.Hour, (int)parts.Minute));
        }
    }

    [Theory]
    [InlineData(2023, 1, 1, 0)]
    [InlineData(2023, 3, 1, 59)]
    [InlineData(2023, 12, 31, 364)]
    public void Days_are_counted_from_January(int year, int month, int day, int expected)
    {
        var micros = (new DateTime(year, month, day) - DateTime.UnixEpoch).TotalMicroseconds;

        Assert.Equal(expected, CalendarParts<double>.Of(NumberArithmetic.Instance, micros).DayOfYear);
    }
}
