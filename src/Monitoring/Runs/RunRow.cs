using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

internal sealed record RunRow
{
    public required string Id { get; init; }

    public required string Monitor { get; init; }

    public required string Endpoint { get; init; }

    public required long WindowFrom { get; init; }

    public required long WindowTo { get; init; }

    public required string Status { get; init; }

    public string? Message { get; init; }

    public string? Model { get; init; }

    public int? ModelVersion { get; init; }

    public required long RowCount { get; init; }

    public required long Labelled { get; init; }

    public required long StartedAt { get; init; }

    public required long EndedAt { get; init; }

    public required string StartedBy { get; init; }

    public MonitorRun ToRun(IReadOnlyList<MonitorMetric> metrics) => new()
    {
        Id = Id,
        Monitor = Monitor,
        Endpoint = Endpoint,
        Window = new TimeWindow(WindowFrom.ToTime(), WindowTo.ToTime()),
        Status = Status,
        Message = Message,
        Model = Model,
        ModelVersion = ModelVersion,
        Rows = RowCount,
        Labelled = Labelled,
        StartedAt = StartedAt.ToTime(),
        EndedAt = EndedAt.ToTime(),
        StartedBy = StartedBy,
        Metrics = metrics,
    };
}

internal sealed record RunMetricRow
{
    public required string RunId { get; init; }

    public required string Signal { get; init; }

    public string? Feature { get; init; }

    public required string Metric { get; init; }

    public double? Value { get; init; }

    public double? Threshold { get; init; }

    public required bool Crossed { get; init; }

    public string? Segment { get; init; }

    public double? Adjusted { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    public string? Bounds { get; init; }

    public long? WindowFrom { get; init; }

    public long? WindowTo { get; init; }

    public required string Verdict { get; init; }

    public MonitorMetric ToMetric() => new(Signal, Feature, Metric, Value, Threshold, Crossed)
    {
        Segment = Segment,
        Adjusted = Adjusted,
        Low = Low,
        High = High,
        Bounds = Bounds,
        Window = WindowFrom is { } from && WindowTo is { } to ? new TimeWindow(from.ToTime(), to.ToTime()) : null,
        TooFew = MonitorMetric.IsTooFew(Verdict),
    };
}
