using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Pushes to a git repository, of which its service tells: nothing is looked at.</summary>
internal sealed class PushWatch(GitRemotes remotes, IDeliveries deliveries, IVault vault, IAccess access) : IWatch
{
    public string Name => TriggerTables.Push;

    public string TargetOf(JsonObject trigger) => TriggerTables.Push;

    public TimeSpan? PeriodOf(JsonObject trigger) => null;

    public async Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct)
    {
        string?[] sent = [(string?)trigger["credentials"], (string?)trigger["report_status"]?["secret"]];
        var known = await vault.ListAsync(caller, ct);
        foreach (var secret in sent.Append((string?)trigger["secret"]).OfType<string>())
        {
            if (!known.Contains(secret))
                throw SlipwayException.Invalid($"The vault has no secret '{secret}', which the trigger names; set it first.");
        }

        // They go to addresses that the schedule names: whoever may have them sent there may read them.
        foreach (var secret in sent.OfType<string>())
            await access.DemandAsync(caller, Permission.Approve, $"secret:{secret}", ct);
        if (trigger["repository"] is not null)
            await remotes.CheckAsync(caller, trigger, ct);
        if (trigger["report_status"] is not null)
            await deliveries.CheckUrlAsync(StatusCall.Of(trigger, "", "").For((string)trigger["provider"]!).Url, ct);
        return Facts(trigger, "refs/heads/main", new string('0', 40));
    }

    public Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct) => Task.FromResult(Seen.Nothing);

    public Task<Seen> LookAsync(Schedule schedule, CancellationToken ct) => Task.FromResult(Seen.Nothing);

    public Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        var trigger = schedule.TriggerFields();
        var first = (trigger["branches"] as JsonArray)?.Select(branch => (string)branch!).FirstOrDefault(branch => !branch.Contains('*', StringComparison.Ordinal));
        var branch = given.GetValueOrDefault(PushFacts.Branch) ?? first;
        var name = given.GetValueOrDefault(PushFacts.Ref) ?? (branch is null ? "HEAD" : $"refs/heads/{branch}");
        var commit = given.GetValueOrDefault(PushFacts.Commit) ?? "";
        if (!Push.IsRef(name))
            throw SlipwayException.Invalid($"'{name}' is no branch or tag; write branch=main or ref=refs/tags/v1.");
        if (commit.Length > 0 && !Push.IsCommit(commit))
            throw SlipwayException.Invalid($"'{commit}' is no commit; write all of its 40 digits.");
        return Task.FromResult(Facts(trigger, name, commit));
    }

    private static IReadOnlyDictionary<string, string> Facts(JsonObject trigger, string name, string commit) => new Dictionary<string, string>
    {
        [PushFacts.Repository] = (string?)trigger["repository"] ?? "",
        [PushFacts.Ref] = name,
        [PushFacts.Branch] = Push.BranchOf(name),
        [PushFacts.Commit] = commit,
        [PushFacts.Before] = "",
        [PushFacts.Author] = "",
        [PushFacts.Message] = "",
    };
}
