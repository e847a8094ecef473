using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>
/// What a schedule does when it fires, by the name of its field in the definition: "create_job", "create_monitor",
/// "import_data". It may be asked twice for the same occurrence, after a crash: <see cref="ScheduledWork.Name"/> tells.
/// </summary>
public interface IScheduledAct : IPolicy
{
    /// <summary>Refuses (InvalidParameter), when the schedule is made, what could never be done.</summary>
    Task CheckAsync(Caller caller, ScheduledWork work, CancellationToken ct);

    /// <summary>Does it. A <see cref="SlipwayException"/> is kept as the reason why this occurrence failed.</summary>
    Task<StartedWork> RunAsync(Caller caller, ScheduledWork work, CancellationToken ct);

    /// <summary>A schedule that does this was kept, enabled or disabled: what the act keeps under its name follows.</summary>
    Task FollowAsync(Caller caller, string schedule, bool isEnabled, CancellationToken ct) => Task.CompletedTask;
}

/// <summary>One occurrence of a schedule.</summary>
public sealed record ScheduledWork
{
    public required string Schedule { get; init; }

    /// <summary>Unique to the occurrence, and a valid name of a job.</summary>
    public required string Name { get; init; }

    /// <summary>The time that it is for: when it was due, not when it was started.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What is known of that which happened ("version", "path", "commit"); empty where time passed.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>The schedule as it was written.</summary>
    public string Yaml { get; init; } = "";

    /// <summary>The schedule's trigger, checked.</summary>
    public required JsonObject Trigger { get; init; }

    /// <summary>The field of the definition, checked.</summary>
    public required JsonNode Definition { get; init; }

    /// <summary>The file that the field names, as it was when the schedule was made; "" when it names none.</summary>
    public required string FileYaml { get; init; }

    public required string FileSource { get; init; }

    /// <summary>The trees of the local paths in that file.</summary>
    public required IReadOnlyDictionary<string, Digest> Files { get; init; }
}

/// <summary>What was begun.</summary>
/// <param name="Job">The job's name, when it is one; the schedule's concurrency counts it until it is over.</param>
/// <param name="Node">For the lineage: "run:…".</param>
public sealed record StartedWork(string? Job, string Node);
