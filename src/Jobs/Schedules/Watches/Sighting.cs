namespace Slipway.Jobs.Schedules.Watches;

/// <summary>Something that happened and that a schedule waits for.</summary>
/// <param name="Key">Of what happened: seen twice, it fires once.</param>
/// <param name="Why">In a sentence, for the history.</param>
/// <param name="Facts">What the job may know of it.</param>
/// <param name="SkipReason">Why it does not fire, told in the history; null: it does.</param>
internal sealed record Sighting(
    string Key, DateTimeOffset At, string Why, IReadOnlyDictionary<string, string> Facts, string? SkipReason = null);
