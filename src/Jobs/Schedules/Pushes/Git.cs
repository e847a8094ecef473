using System.ComponentModel;
using System.Diagnostics;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>
/// Runs git. It asks nobody for a password, reads no configuration of the machine, runs no hooks, speaks only the given
/// protocol and follows no redirection; a secret goes along in its environment, which other users cannot read.
/// </summary>
internal static class Git
{
    private const int MostOfMessage = 500;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(15);

    private static readonly string[] s_kept = ["PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"];

    public static async Task<string> AskAsync(string folder, GitSignIn signIn, CancellationToken ct, params string[] arguments)
    {
        var (code, answer, complaint) = await TryAsync(folder, signIn, ct, arguments);
        return code == 0 ? answer : throw new SlipwayException(ErrorCode.Unavailable, $"git {arguments[0]} failed: {LastOf(complaint)}");
    }

    public static async Task<(int Code, string Answer, string Complaint)> TryAsync(
        string folder, GitSignIn signIn, CancellationToken ct, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(s_limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var git = Start(folder, signIn, arguments);
        git.StandardInput.Close();
        try
        {
            var complaint = git.StandardError.ReadToEndAsync(either.Token);
            var answer = await git.StandardOutput.ReadToEndAsync(either.Token);
            await git.WaitForExitAsync(either.Token);
            return (git.ExitCode, answer, await complaint);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorCode.Timeout, $"git {arguments[0]} took longer than {s_limit.TotalMinutes:0} minutes.");
        }
        finally
        {
            End(git);
        }
    }

    public static Process Start(string folder, GitSignIn signIn, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = s_kept.Select(name => (name, Value: Environment.GetEnvironmentVariable(name))).Where(pair => pair.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
            start.Environment[name] = value;
        foreach (var (name, value) in signIn.Environment())
            start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new SlipwayException(ErrorCode.Unavailable, "There is no git on the server's machine; install it to start jobs by commits.", exception);
        }
    }

    public static void End(Process git)
    {
        if (!git.HasExited)
            git.Kill(entireProcessTree: true);
    }

    private static string LastOf(string complaint)
    {
        var text = complaint.Trim();
        return text.Length == 0 ? "it did not say why." : text[Math.Max(0, text.Length - MostOfMessage)..].ReplaceLineEndings(" ");
    }
}
