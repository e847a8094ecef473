using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Where the values of rules come from, by the type of the value: "monitor", "deployment", "data_test", "metric".</summary>
internal interface IAlertSource : IPolicy
{
    /// <summary>Refuses (InvalidParameter, NotFound) what could never have a figure.</summary>
    Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct);

    /// <summary>As things stand now; empty when nothing is known.</summary>
    Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct);

    /// <summary>As things stood in a window, in the order of time: a moment for each change.</summary>
    /// <param name="window">Its begin is outside, its end inside.</param>
    /// <param name="every">How far apart moments may be, of a source that could tell of any time; it may take nearer ones.</param>
    Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct);
}
