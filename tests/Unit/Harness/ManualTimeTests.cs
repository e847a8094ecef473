using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Harness;

public sealed class ManualTimeTests
{
    [Fact]
    public async Task A_delay_ends_when_the_clock_is_moved_past_it_and_not_before()
    {
        var time = new ManualTime();

        var delay = Task.Delay(TimeSpan.FromMinutes(5), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));

        await delay;
        Assert.Equal(new DateTimeOffset(2001, 1, 1, 0, 5, 0, TimeSpan.Zero), time.GetUtcNow());
    }
}
