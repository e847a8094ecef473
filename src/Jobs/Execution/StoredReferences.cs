using Slipway.Data;
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
        var row = await jobs.FindAsync(caller.Workspace, reference.Job, ct)
            ?? throw SlipwayException.NotFound("Job", reference.Job);
        if (reference.Output is "artifacts" or "default")
            return await ArtifactsAsync(caller, input, row.Id, reference.Path, ct);

        var job = (await jobs.LoadAsync(row.Id, ct))!;
        var bound = job.Plan.Outputs.FirstOrDefault(output => output.Name == reference.Output)
            ?? throw SlipwayException.NotFound($"Job '{job.Name}' has the outputs {string.Join(", ", job.Plan.Outputs.Select(output => output.Name))}; output", reference.Output);
        var step = await steps.FindAsync(row.Id, bound.Step, ct);
        if (step is null || !JobsJson.ReadOutputs(step.Outputs).TryGetValue(bound.Output, out var output) || output.Tree is not { } tree)
            throw SlipwayException.Conflict($"Job '{job.Name}' has not made its output '{reference.Output}': it is {row.Status}.");

        var part = reference.Path.Trim('/').Length == 0
            ? tree
            : await PartAsync(await content.GetTreeAsync(tree, ct), reference.Path, $"output '{reference.Output}' of job '{job.Name}'", ct);
        return input with { Tree = part, Node = output.Node ?? $"tree:{part}" };
    }

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
