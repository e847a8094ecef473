using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>The repositories that schedules name, and this server's copies of them: one for each schedule.</summary>
internal sealed class GitRemotes(DataOptions data, IVault vault, IDeliveries deliveries, IDatastores datastores)
{
    // Not below refs/heads: it is no branch of anybody.
    private const string Head = "refs/slipway/head";

    /// <summary>Refuses a repository that the server may not or cannot read.</summary>
    public async Task CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct)
    {
        var (url, signIn) = await ReachAsync(caller, trigger, ct);
        await Git.AskAsync(Path.GetTempPath(), signIn, ct, "ls-remote", "--exit-code", "--", url, "HEAD");
    }

    /// <summary>Fetches a branch or tag; the folder of the copy, and the commit: the one given, else the one it stands at.</summary>
    public async Task<(string Folder, string Commit)> FetchAsync(Schedule schedule, string name, string commit, CancellationToken ct)
    {
        var (url, signIn) = await ReachAsync(schedule.Caller, schedule.TriggerFields(), ct);
        var folder = FolderOf(schedule);
        Directory.CreateDirectory(folder);
        await Git.AskAsync(folder, signIn, ct, "init", "--quiet", "--bare");
        await Git.AskAsync(folder, signIn, ct, "fetch", "--quiet", "--no-tags", "--force", "--no-recurse-submodules", "--", url, $"+{name}:{Head}");
        if (commit.Length == 0)
            return (folder, (await Git.AskAsync(folder, signIn, ct, "rev-parse", "--verify", $"{Head}^{{commit}}")).Trim());

        // A later push may have taken the commit out of its branch: services give it by its name for a while.
        if (!await HasAsync(folder, commit, ct))
            await Git.TryAsync(folder, signIn, ct, "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", url, commit);
        return await HasAsync(folder, commit, ct)
            ? (folder, commit)
            : throw SlipwayException.NotFound($"In '{name}' of {url}, commit", commit);
    }

    /// <summary>The files that differ; null: the earlier commit is not known.</summary>
    public static async Task<IReadOnlyCollection<string>?> ChangedAsync(string folder, string before, string commit, CancellationToken ct) =>
        Push.IsKnown(before) && await HasAsync(folder, before, ct)
            ? (await Git.AskAsync(folder, GitSignIn.None, ct, "diff", "--name-only", "--no-renames", "-z", before, commit)).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            : null;

    /// <summary>Deletes the copy that this server has.</summary>
    public void Forget(Schedule schedule)
    {
        if (Directory.Exists(FolderOf(schedule)))
            Directory.Delete(FolderOf(schedule), recursive: true);
    }

    private static async Task<bool> HasAsync(string folder, string commit, CancellationToken ct) =>
        (await Git.TryAsync(folder, GitSignIn.None, ct, "cat-file", "-e", $"{commit}^{{commit}}")).Code == 0;

    private string FolderOf(Schedule schedule) => Path.Combine(data.Home, "git", schedule.Id);

    private async Task<(string Url, GitSignIn SignIn)> ReachAsync(Caller caller, JsonObject trigger, CancellationToken ct)
    {
        var url = (string)trigger["repository"]!;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http" or "file") || address.UserInfo.Length > 0)
        {
            throw SlipwayException.Invalid(
                $"trigger.repository: '{url}' is no address of a repository that can be read; write https://HOST/PATH.git (or file:///PATH), and name a secret as 'credentials' instead of a password in it.");
        }

        if (address.IsFile)
            await datastores.DemandLocalFileAsync(caller, address.LocalPath, ct);
        else
            await deliveries.CheckUrlAsync(url, ct);
        return (url, new GitSignIn(address.Scheme, await PasswordAsync(caller, trigger, ct)));
    }

    private async Task<string?> PasswordAsync(Caller caller, JsonObject trigger, CancellationToken ct)
    {
        if ((string?)trigger["credentials"] is not { } name)
            return null;

        // Whoever made the schedule was asked whether it may read the secret.
        return await vault.FindAsync(Caller.System with { Workspace = caller.Workspace }, name, ct) ?? throw SlipwayException.NotFound("Secret", name);
    }
}
