using Slipway.Data;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>A running step, as its kind sees it, and what it reports.</summary>
internal sealed class StepRun : StepContext
{
    private readonly Lock _gate = new();
    private readonly List<NewEdge> _edges = [];
    private readonly Dictionary<string, string> _madeOutputs = new(StringComparer.OrdinalIgnoreCase);

    public required JobRecord Job { get; init; }

    public required PlannedStep Step { get; init; }

    public required Run Run { get; init; }

    public required StepLog StepLog { get; init; }

    /// <summary>The inputs as they were looked up.</summary>
    public required IReadOnlyList<ResolvedInput> Resolved { get; init; }

    /// <summary>Outputs that are trees already, and not what lies in the folders.</summary>
    public Dictionary<string, Digest> Kept { get; } = new(StringComparer.OrdinalIgnoreCase);

    public required StepFolders Folders { get; init; }

    /// <summary>Set when the rest of the pipeline is to be skipped.</summary>
    public string? SkipReason { get; private set; }

    public IReadOnlyList<NewEdge> Edges
    {
        get
        {
            lock (_gate)
                return [.. _edges];
        }
    }

    public string? MadeNode(string output)
    {
        lock (_gate)
            return _madeOutputs.GetValueOrDefault(output);
    }

    public override void Made(string act, string node, string? output = null)
    {
        if (output is not null && !OutputFolders.ContainsKey(output))
        {
            throw SlipwayException.Invalid(
                $"The step has no output '{output}'; it has: {string.Join(", ", OutputFolders.Keys)}. Declare it under outputs.");
        }

        lock (_gate)
        {
            _edges.Add(Edge(act, $"run:{RunId}", node));
            if (output is not null)
                _madeOutputs[output] = node;
        }
    }

    public override void Read(string node)
    {
        lock (_gate)
            _edges.Add(Edge("read", node, $"run:{RunId}"));
    }

    public override void Keep(string output, Digest tree)
    {
        lock (_gate)
            Kept[output] = tree;
    }

    public override string KeepProgress()
    {
        var folder = Directory.CreateDirectory(Path.Combine(WorkFolder, "progress")).FullName;
        File.WriteAllText(Folders.Resumable, "");
        return folder;
    }

    public override void SkipRest(string reason)
    {
        lock (_gate)
            SkipReason ??= reason;
    }

    /// <summary>An edge that is kept once, however often the step is run.</summary>
    public static NewEdge Edge(string act, string from, string to) => new(act, from, to, Key: $"{act}|{from}|{to}");
}
