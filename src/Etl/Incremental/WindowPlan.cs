using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Etl.Contracts;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>How the windows of a dataflow follow each other: along time (<see cref="TimePlan"/>) or along whole numbers (<see cref="NumberPlan"/>).</summary>
internal abstract partial record WindowPlan
{
    /// <summary>How often a watermark that moves on by itself does so, unless that is said; each time is a job.</summary>
    protected static readonly TimeSpan Look = TimeSpan.FromHours(1);

    /// <summary>The column of the source by which rows belong to a window; null: the job makes what it will of the window's bounds.</summary>
    public required string? Column { get; init; }

    public required long StartAt { get; init; }

    public required long? EndAt { get; init; }

    /// <summary>The length of a window, or how often there is a look for new numbers; null: whenever asked, or each <see cref="Look"/> when automatic.</summary>
    public required TimeSpan? Every { get; init; }

    public required int Concurrency { get; init; }

    /// <summary>Dataflows whose windows of the same time must be done before.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>True: windows run by themselves when they are due.</summary>
    public required bool IsAutomatic { get; init; }

    /// <summary>True: each window begins where the last one ended.</summary>
    public abstract bool IsByWatermark { get; }

    /// <summary>True: where a window ends is known when its job is done.</summary>
    public abstract bool IsOpenEnded { get; }

    /// <summary>The windows that are complete now and begin in the range.</summary>
    /// <param name="from">Null: from the start.</param>
    /// <param name="to">Null: until now.</param>
    /// <param name="last">The end of the last window that was asked for; null: none was.</param>
    public abstract IReadOnlyList<Stretch> Due(DateTimeOffset? from, DateTimeOffset? to, long? last, DateTimeOffset now);

    /// <summary>When to look again for windows that are due; null: never.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset now);

    /// <summary>A bound as people and jobs read it.</summary>
    public abstract string Text(long at);

    /// <summary>A bound in the name of a job.</summary>
    public abstract string Mark(long at);

    /// <summary>What the job of a window is told: from, to.</summary>
    public abstract IReadOnlyDictionary<string, string> Bounds(Stretch window);

    public static WindowPlan Of(JsonObject dataflow)
    {
        var map = SettingMap.Require(dataflow, DataflowFile.Field, "column", "start", "end", "every", "delay", "concurrency", "depends_on", "automatic");
        var start = map.Require("start", "the time at which the first window begins, or the first number of a column of whole numbers");
        WindowPlan plan = WholeNumber().IsMatch(start) ? NumberPlan.Of(map) : TimePlan.Of(map);
        return plan.EndAt is null || plan.EndAt > plan.StartAt
            ? plan
            : throw SlipwayException.Invalid($"{DataflowFile.Field}.end is not after its start.");
    }

    protected static TimeSpan? EveryOf(SettingMap map) => map.Text("every") is { } every ? Duration.Parse(every) : null;

    protected static bool IsAutomaticIn(SettingMap map) => map.Choice("automatic", "false", "true") == "true";

    [GeneratedRegex(@"\A[+-]?[0-9]+\z")]
    private static partial Regex WholeNumber();
}
