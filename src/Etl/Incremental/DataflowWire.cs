using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>A dataflow on the wire.</summary>
/// <param name="Every">The length of a window in seconds; null: by watermark.</param>
/// <param name="NextAt">When it looks by itself for windows that are due.</param>
internal sealed record DataflowWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("start")] DateTimeOffset Start,
    [property: JsonPropertyName("everySeconds")] long? Every,
    [property: JsonPropertyName("delaySeconds")] long Delay,
    [property: JsonPropertyName("concurrency")] int Concurrency,
    [property: JsonPropertyName("dependsOn")] IReadOnlyList<string> DependsOn,
    [property: JsonPropertyName("automatic")] bool IsAutomatic,
    [property: JsonPropertyName("nextAt")] DateTimeOffset? NextAt,
    [property: JsonPropertyName("createdBy")] string CreatedBy,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("yaml")] string Yaml)
{
    public static DataflowWire Of(Dataflow dataflow)
    {
        var plan = dataflow.Plan();
        return new DataflowWire(
            dataflow.Name, plan.Start, (long?)plan.Every?.TotalSeconds, (long)plan.Delay.TotalSeconds, plan.Concurrency, plan.DependsOn,
            plan.IsAutomatic, dataflow.NextAt?.ToTime(), dataflow.Principal, dataflow.CreatedAt.ToTime(), dataflow.UpdatedAt.ToTime(), dataflow.Yaml);
    }
}

/// <summary>A window on the wire.</summary>
/// <param name="State">waiting, running, done or failed.</param>
/// <param name="Reason">What it waits for, or why it failed.</param>
/// <param name="Made">What it landed: "data:orders@5".</param>
internal sealed record WindowWire(
    [property: JsonPropertyName("from")] DateTimeOffset From,
    [property: JsonPropertyName("to")] DateTimeOffset To,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("attempt")] int Attempt,
    [property: JsonPropertyName("job")] string? Job,
    [property: JsonPropertyName("made")] string? Made,
    [property: JsonPropertyName("askedAt")] DateTimeOffset AskedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt)
{
    public static WindowWire Of(FlowWindow window) => new(
        window.FromAt.ToTime(), window.ToAt.ToTime(), window.State, window.Reason, window.Attempt, window.Job, window.Made, window.AskedAt.ToTime(),
        window.EndedAt?.ToTime());
}
