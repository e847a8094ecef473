using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Slipway.Cli.Snapshots;

/// <summary>The commit that a folder stands at, as the tags that MLflow and Azure ML give a run.</summary>
internal static class GitState
{
    /// <summary>Empty when the folder is in no repository, or there is no git.</summary>
    public static async Task<Dictionary<string, string>> TagsAsync(string folder, CancellationToken ct)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (await WordAsync(folder, ct, "rev-parse", "HEAD") is not { Length: > 0 } commit)
            return tags;

        tags["mlflow.source.git.commit"] = commit;
        tags["azureml.git.commit"] = commit;
        tags["azureml.git.dirty"] = await WordAsync(folder, ct, "status", "--porcelain", "--untracked-files=no") is { Length: > 0 } ? "True" : "False";
        if (await WordAsync(folder, ct, "symbolic-ref", "--short", "-q", "HEAD") is { Length: > 0 } branch)
            tags["mlflow.source.git.branch"] = tags["azureml.git.branch"] = branch;
        if (await WordAsync(folder, ct, "remote", "get-url", "origin") is { Length: > 0 } remote)
            tags["mlflow.source.git.repoURL"] = tags["azureml.git.repository_uri"] = WithoutSecrets(remote);
        return tags;
    }

    /// <summary>What was changed in the whole repository since the last commit, in files that git knows; null: nothing.</summary>
    public static async Task<byte[]?> PatchAsync(string folder, CancellationToken ct) =>
        await AskAsync(folder, ct, "diff", "--binary", "--no-color", "--no-ext-diff", "HEAD") is { Length: > 0 } patch ? Encoding.Latin1.GetBytes(patch) : null;

    // https://user:token@host/x.git → https://host/x.git
    private static string WithoutSecrets(string remote) => Uri.TryCreate(remote, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0 && uri.Scheme is "http" or "https"
        ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString()
        : remote;

    private static async Task<string?> WordAsync(string folder, CancellationToken ct, params string[] question) =>
        await AskAsync(folder, ct, question) is { } answer ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer)).Trim() : null;

    private static async Task<string?> AskAsync(string folder, CancellationToken ct, params string[] question)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. question])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Byte for byte: a patch holds files of any encoding.
            StandardOutputEncoding = Encoding.Latin1,
        };
        try
        {
            using var git = Process.Start(start)!;
            var complaints = git.StandardError.ReadToEndAsync(ct);
            var answer = await git.StandardOutput.ReadToEndAsync(ct);
            await complaints;
            await git.WaitForExitAsync(ct);
            return git.ExitCode == 0 ? answer : null;
        }
        catch (Win32Exception)
        {
            // No git on this machine: the job goes without.
            return null;
        }
    }
}
