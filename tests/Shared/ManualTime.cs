using Microsoft.Extensions.Time.Testing;

namespace Slipway.Shared;

/// <summary>A clock that stands still until <c>Advance</c>; timers and <c>Task.Delay</c> on it fire as it passes them.</summary>
public sealed class ManualTime(DateTimeOffset now) : FakeTimeProvider(now)
{
    /// <summary>Starts at midnight of 2001-01-01 UTC.</summary>
    public ManualTime()
        : this(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }
}
