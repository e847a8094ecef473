using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>A row of table dataflows.</summary>
internal sealed record Dataflow
{
    public const string LookKind = "dataflow";

    /// <summary>The tag of its jobs that names it.</summary>
    public const string Tag = "slipway.dataflow";

    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Principal { get; init; }

    public required string Yaml { get; init; }

    public required string Source { get; init; }

    public required string Files { get; init; }

    public long? NextAt { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public Caller Caller => new(WorkspaceName.Parse(Workspace), Principal);

    /// <summary>Has the open windows looked at.</summary>
    public NewWork Look() => NewWork.Look(Caller, LookKind, Id);

    public string Node => $"dataflow:{Name}";

    public WindowPlan Plan() => WindowPlan.Of(DataflowFile.Read(Yaml, Source));

    /// <summary>The job of a window.</summary>
    public NewJob Job(Stretch window, string name)
    {
        var job = DataflowFile.Read(DataflowFile.JobYaml(Yaml, Source), Source);
        job.Remove("name");
        var plan = Plan();
        var from = plan.Text(window.From);
        job["experiment_name"] ??= Name;
        job["display_name"] = $"{Name} {from}";
        var inputs = new Dictionary<string, string>();
        if ((string?)job["type"] == "dataflow")
            job["window"] = new JsonObject([new("column", plan.Column), .. plan.Bounds(window).Select(bound => KeyValuePair.Create(bound.Key, (JsonNode?)bound.Value))]);
        else
            inputs = Inputs(job, plan.Bounds(window));
        return new NewJob
        {
            Name = name,
            Yaml = job.ToJsonString(),
            Source = Source,
            Files = EtlJson.ReadMap(Files).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
            Inputs = inputs,
            Tags = new Dictionary<string, string> { [Tag] = Name, ["slipway.window"] = from },
            ReturnExisting = true,
        };
    }

    // A job of several steps gets the bounds as those of its inputs that are named so.
    private static Dictionary<string, string> Inputs(JsonObject job, IReadOnlyDictionary<string, string> bounds)
    {
        var declared = job["inputs"] as JsonObject ?? [];
        return new[] { ("window_start", "from"), ("window_end", "to") }
            .Where(input => declared.ContainsKey(input.Item1) && bounds.ContainsKey(input.Item2))
            .ToDictionary(input => input.Item1, input => bounds[input.Item2]);
    }
}

/// <summary>What becomes of a window.</summary>
internal static class WindowState
{
    public const string Waiting = "waiting", Running = "running", Done = "done", Failed = "failed";
}

/// <summary>A row of table dataflow_windows.</summary>
internal sealed record FlowWindow
{
    public required string DataflowId { get; init; }

    public required long FromAt { get; init; }

    /// <summary>Of an open-ended window that is not done: where it begins.</summary>
    public required long ToAt { get; init; }

    public required string State { get; init; }

    public string? Reason { get; init; }

    public required int Attempt { get; init; }

    public string? Job { get; init; }

    public string? Made { get; init; }

    public required long AskedAt { get; init; }

    public long? EndedAt { get; init; }

    public Stretch Stretch => new(FromAt, ToAt);
}
