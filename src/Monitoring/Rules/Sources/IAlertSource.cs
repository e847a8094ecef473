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
    Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, CancellationToken ct);
}
