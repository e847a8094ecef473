using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Takes the job and its code from the commit that was pushed.</summary>
internal sealed class CommitCode(GitRemotes remotes, ContentStore content, Policies<IStepKind> kinds)
{
    public async Task<(ScheduledWork Work, string? SkipReason)> ReadAsync(Schedule schedule, ScheduledWork work, CancellationToken ct)
    {
        var (folder, commit) = await remotes.FetchAsync(schedule, work.Facts[PushFacts.Ref], work.Facts[PushFacts.Commit], ct);
        work = work with { Facts = new Dictionary<string, string>(work.Facts) { [PushFacts.Commit] = commit } };
        if (await SkipReasonAsync(schedule.TriggerFields(), work, folder, commit, ct) is { } reason)
            return (work, reason);

        var files = await CommitFiles.ReadAsync(folder, commit, ct);
        var job = LocalPaths.Normalize(work.Definition is JsonObject fields ? (string)fields["job"]! : (string)work.Definition!);
        var yaml = files.Open(job) ?? throw SlipwayException.Invalid($"There is no job '{job}' in the commit {commit[..8]}.");
        var trees = new Dictionary<string, Digest>();
        foreach (var path in Contracts.Definitions.LocalPaths(Describe(files, job, yaml)))
            trees[path] = (await files.PutAsync(InCommit(job, path), content, ct)).Digest;
        return (work with { FileYaml = yaml, FileSource = job[(job.LastIndexOf('/') + 1)..], Files = trees }, null);
    }

    /// <summary>What the call did not tell of the changed files, the commits do.</summary>
    private static async Task<string?> SkipReasonAsync(JsonObject trigger, ScheduledWork work, string folder, string commit, CancellationToken ct) =>
        PushFilter.HasPaths(trigger) && await GitRemotes.ChangedAsync(folder, work.Facts[PushFacts.Before], commit, ct) is { } changed
            ? PushFilter.Refusal(trigger, changed)
            : null;

    private DefinitionFile Describe(CommitFiles files, string job, string yaml) => new()
    {
        Yaml = yaml,
        Source = job,
        Kind = "job",
        Open = path => files.Open(LocalPaths.Join(LocalPaths.FolderOf(job), path)),
        Look = path => files.Look(LocalPaths.Join(LocalPaths.FolderOf(job), path)),
        StepKinds = [.. kinds.Names.Select(kinds.Find).OfType<IStepKind>()],
    };

    private static string InCommit(string job, string path) =>
        LocalPaths.Join(LocalPaths.FolderOf(job), path) is var joined && !joined.StartsWith("..", StringComparison.Ordinal) && !joined.StartsWith('/')
            ? joined
            : throw SlipwayException.Invalid($"{job}: '{path}' lies outside of the repository.");
}
