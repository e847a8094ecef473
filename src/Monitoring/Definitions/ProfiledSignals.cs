using Slipway.Kernel;

namespace Slipway.Monitoring.Definitions;

/// <summary>Reads "source", which of what was kept a signal looks at; an addition of ours.</summary>
internal static class ProfiledSignals
{
    private const string Source = "source";
    private static readonly string[] s_sources = ["collected", "profiles"];

    public static bool Read(Fields signal) => signal.Text(Source) switch
    {
        null or "collected" => false,
        "profiles" => true,
        var other => throw signal.Wrong(Source, $"is '{other}'.{Nearest.Hint(other, s_sources)} Known: {string.Join(", ", s_sources)}."),
    };

    /// <summary>Refuses what needs rows.</summary>
    public static SignalDefinition Check(SignalDefinition signal, Fields fields)
    {
        if (!signal.OfProfiles)
            return signal;
        var wanted = signal switch
        {
            not (DriftSignal or QualitySignal) => $"a signal of type {fields.Text("type")}",
            { Segment: not null } => "data_segment",
            { SegmentColumns.Count: > 0 } => "segments",
            DriftSignal { Limits.Rows.Count: > 0 } => "metric_thresholds.rows",
            _ when signal.Production.Any(data => data.Asset is not null) => "input_data of production_data",
            _ => null,
        };
        return wanted is null ? signal : throw fields.Wrong(Source, $"is profiles, which have no rows, and {wanted} needs them; leave one of them out.");
    }
}
