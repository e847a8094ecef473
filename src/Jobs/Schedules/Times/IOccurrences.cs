namespace Slipway.Jobs.Schedules.Times;

/// <summary>A series of instants.</summary>
internal interface IOccurrences
{
    /// <summary>The first one after the instant; null when there is none within nine years (a leap day skips eight at most).</summary>
    DateTimeOffset? Next(DateTimeOffset after);
}
