using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Inputs that lie in what other runs and jobs left behind.</summary>
internal sealed class StoredReferences(JobStore jobs, StepStore steps, ITracking tracking, ContentStore content)
{
    /// <summary><c>runs:/id/path</c>, and the output "artifacts" that every job has.</summary>
    public async Task<ResolvedInput> ArtifactsAsync(
        Caller caller, ResolvedInput input, string runId, string path, CancellationToken ct)
    {
        var run = await tracking.FindRunAsync(caller, runId, ct) ?? throw SlipwayException.NotFound("Run", runId);
        var artifacts = await tracking.ArtifactsAsync(caller, runId, ct);
        var tree = await PartAsync(artifacts, path, $"run '{runId}'", ct);
        return input with { Tree = tree, Node = run.Node };
    }

    /// <summary><c>azureml://jobs/job/outputs/output/paths/path</c>.</summary>
    public async Task<ResolvedInput> JobOutputAsync(
        Caller caller, ResolvedInput input, JobOutputPath reference, CancellationToken ct)
    {
        var row = await JobAsync(caller, reference, ct);
        if (IsArtifacts(reference))
            return await ArtifactsAsync(caller, input, row.Id, reference.Path, ct);
        var output = await OutputAsync(row, reference, ct);
        if (output?.Tree is not { } tree)
            throw NotMade(row, reference);

        var part = reference.Path.Trim('/').Length == 0
            ? tree
            : await PartAsync(await content.GetTreeAsync(tree, ct), reference.Path, $"output '{reference.Output}' of job '{row.Name}'", ct);
        return input with { Tree = part, Node = output.Node ?? $"tree:{part}" };
    }

    /// <summary>NotFound when there is no such run.</summary>
    public async Task DemandRunAsync(Caller caller, string runId, CancellationToken ct)
    {
        if (await tracking.FindRunAsync(caller, runId, ct) is null)
            throw SlipwayException.NotFound("Run", runId);
    }

    /// <summary>Refuses an output that is none, and one that a job which is over has not made.</summary>
    public async Task DemandOutputAsync(Caller caller, JobOutputPath reference, CancellationToken ct)
    {
        var row = await JobAsync(caller, reference, ct);
        if (!IsArtifacts(reference) && await OutputAsync(row, reference, ct) is not { Tree: not null } && row.IsOver)
            throw NotMade(row, reference);
    }

    private async Task<JobRow> JobAsync(Caller caller, JobOutputPath reference, CancellationToken ct) =>
        await jobs.FindAsync(caller.Workspace, reference.Job, ct) ?? throw SlipwayException.NotFound("Job", reference.Job);

    private static bool IsArtifacts(JobOutputPath reference) => reference.Output is "artifacts" or "default";

    /// <summary>Null: it is not made yet.</summary>
    private async Task<StepOutput?> OutputAsync(JobRow row, JobOutputPath reference, CancellationToken ct)
    {
        var outputs = (await jobs.LoadAsync(row.Id, ct))!.Plan.Outputs;
        var bound = outputs.FirstOrDefault(output => output.Name == reference.Output)
            ?? throw new SlipwayException(
                ErrorCode.NotFound,
                $"Job '{row.Name}' has no output '{reference.Output}'; it has {string.Join(", ", outputs.Select(output => output.Name).Append("artifacts"))}.");
        return await steps.FindAsync(row.Id, bound.Step, ct) is { } step
            ? JobsJson.ReadOutputs(step.Outputs).GetValueOrDefault(bound.Output)
            : null;
    }

    private static SlipwayException NotMade(JobRow row, JobOutputPath reference) =>
        SlipwayException.Conflict($"Job '{row.Name}' has not made its output '{reference.Output}': it is {row.Status}.");

    /// <summary>A file or folder of a tree, as a tree of its own.</summary>
    private async Task<Digest> PartAsync(Tree whole, string path, string owner, CancellationToken ct)
    {
        var wanted = path.Trim('/');
        if (wanted.Length == 0)
            return (await content.PutTreeAsync(whole.Entries, ct)).Digest;
        if (whole.Find(wanted) is { } file)
            return (await content.PutTreeAsync([file with { Path = Path.GetFileName(file.Path) }], ct)).Digest;

        var below = whole.Entries.Where(entry => entry.Path.StartsWith(wanted + "/", StringComparison.Ordinal))
            .Select(entry => entry with { Path = entry.Path[(wanted.Length + 1)..] })
            .ToList();
        return below.Count > 0
            ? (await content.PutTreeAsync(below, ct)).Digest
            : throw SlipwayException.NotFound($"In {owner} the path", wanted);
    }
}
