namespace Slipway.Kernel.Metrics;

/// <summary>
/// How things stand, from a module's own records, which several servers share; read when somebody asks for the metrics. Each reading is
/// whole: what is gone is told no more.
/// </summary>
public interface IGaugeSource
{
    /// <summary>All that it may tell of.</summary>
    IReadOnlyList<GaugeName> Gauges { get; }

    Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct);
}

/// <param name="Name">As Prometheus names it: "slipway_queue_items".</param>
public sealed record GaugeName(string Name, string Description);

/// <param name="Gauge">The name of one of the source's gauges.</param>
/// <param name="Labels">Few in number, all together: a name, a state and not a message.</param>
public sealed record GaugeReading(string Gauge, double Value, IReadOnlyList<KeyValuePair<string, string>> Labels)
{
    public static GaugeReading Of(string gauge, double value, params IEnumerable<(string Name, string? Value)> labels) =>
        new(gauge, value, [.. labels.Select(label => KeyValuePair.Create(label.Name, label.Value ?? ""))]);
}
