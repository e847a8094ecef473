using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Schedules.Times;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>A row of table job_schedules.</summary>
internal sealed record Schedule
{
    public const string LookKind = "schedule";

    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Principal { get; init; }

    public required string Act { get; init; }

    public required string Yaml { get; init; }

    public required string Definition { get; init; }

    public required string FileYaml { get; init; }

    public required string FileSource { get; init; }

    public required string Files { get; init; }

    public required bool IsEnabled { get; init; }

    public required long CountedFrom { get; init; }

    public long? NextAt { get; init; }

    /// <summary>What news of it are about; null: it goes by time.</summary>
    public string? Watches { get; init; }

    public long WatchFrom { get; init; }

    public long WatchUntil { get; init; }

    public string? Problem { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public Caller Caller => new(WorkspaceName.Parse(Workspace), Principal);

    /// <summary>Has the waiting firings looked at.</summary>
    public NewWork Look() => NewWork.Look(Caller, LookKind, Id);

    public string Node => $"schedule:{Name}";

    /// <summary>Whether the file of what it starts lies in the commit that was pushed.</summary>
    public bool StartsCommits => TriggerFields()["repository"] is not null;

    public JsonObject ReadDefinition() => JsonNode.Parse(Definition)!.AsObject();

    /// <summary>cron, recurrence, data, files, model, job, push.</summary>
    public string TriggerType => (string)TriggerFields()["type"]!;

    public JsonObject TriggerFields() => ReadDefinition()["trigger"]!.AsObject();

    /// <summary>Of one that goes by time.</summary>
    public Trigger ReadTrigger() => Trigger.Parse(TriggerFields(), CountedFrom.ToTime());

    public ScheduledWork Work(DateTimeOffset time, string id, IReadOnlyDictionary<string, string> facts) => new()
    {
        Schedule = Name,
        Name = string.Create(
            CultureInfo.InvariantCulture,
            $"{Name[..Math.Min(Name.Length, 200)].Replace('.', '_')}_{time.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}_{id[^8..]}"),
        Time = time,
        Facts = facts,
        Yaml = Yaml,
        Trigger = TriggerFields(),
        Definition = ReadDefinition()[Act]!,
        FileYaml = FileYaml,
        FileSource = FileSource,
        Files = JobsJson.ReadMap(Files).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
    };
}
