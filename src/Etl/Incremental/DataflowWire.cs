using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>A dataflow on the wire.</summary>
/// <param name="Start">A time, or a whole number.</param>
/// <param name="Every">The length of a window in seconds, or how often there is a look for new numbers; null: by watermark.</param>
/// <param name="Delay">Null of a dataflow that goes by whole numbers.</param>
/// <param name="NextAt">When it looks by itself for windows that are due.</param>
internal sealed record DataflowWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("start")] string Start,
    [property: JsonPropertyName("everySeconds")] long? Every,
    [property: JsonPropertyName("delaySeconds")] long? Delay,
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
            dataflow.Name, plan.Text(plan.StartAt), (long?)plan.Every?.TotalSeconds, (long?)(plan as TimePlan)?.Delay.TotalSeconds, plan.Concurrency, plan.DependsOn,
            plan.IsAutomatic, dataflow.NextAt?.ToTime(), dataflow.Principal, dataflow.CreatedAt.ToTime(), dataflow.UpdatedAt.ToTime(), dataflow.Yaml);
    }
}

/// <summary>A window on the wire.</summary>
/// <param name="From">A time, or a whole number.</param>
/// <param name="To">Null: it is known when the window is done.</param>
/// <param name="State">waiting, running, done or failed.</param>
/// <param name="Reason">What it waits for, or why it failed.</param>
/// <param name="Made">What it landed: "data:orders@5".</param>
internal sealed record WindowWire(
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("to")] string? To,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("attempt")] int Attempt,
    [property: JsonPropertyName("job")] string? Job,
    [property: JsonPropertyName("made")] string? Made,
    [property: JsonPropertyName("askedAt")] DateTimeOffset AskedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt)
{
    public static WindowWire Of(FlowWindow window, WindowPlan plan) => new(
        plan.Text(window.FromAt), plan.IsOpenEnded && window.State != WindowState.Done ? null : plan.Text(window.ToAt), window.State, window.Reason, window.Attempt, window.Job, window.Made, window.AskedAt.ToTime(),
        window.EndedAt?.ToTime());
}
