using System.Diagnostics;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>Runs commands as processes of this machine, by bash, in a session of their own.</summary>
internal sealed class LocalCompute(TimeProvider time) : IComputeTarget
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    public string Name => "local";

    public async Task<int> RunAsync(ComputeTask task, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var process = Start(task);
        var pumps = Task.WhenAll(
            PumpAsync(process.StandardOutput.BaseStream, task.Log),
            PumpAsync(process.StandardError.BaseStream, task.Log));
        var id = process.Id;
        var marker = task.Environment.GetValueOrDefault(ProcessTree.Marker);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process, id, marker);
            throw;
        }
        finally
        {
            // What a command leaves in the background ends with its step.
            ProcessTree.EndGroup(id);
            await DrainAsync(pumps, marker);
        }

        return process.ExitCode;
    }

    private static Process Start(ComputeTask task)
    {
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = task.WorkingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("bash");
        start.ArgumentList.Add("-c");

        // One pipe for both keeps their order; on the first line, so that bash's own messages count lines as the author does.
        start.ArgumentList.Add($"exec 2>&1; {task.Command}");
        foreach (var (name, value) in task.Environment)
            start.Environment[name] = value;
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable,
                $"The command could not be started: {exception.Message}. Local compute needs bash and setsid (util-linux).",
                exception);
        }
    }

    private static async Task PumpAsync(Stream from, StepLog log)
    {
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var count = await from.ReadAsync(buffer, CancellationToken.None);
            if (count == 0)
                return;
            log.WriteBytes(buffer.AsSpan(0, count));
        }
    }

    private async Task EndAsync(Process process, int id, string? marker)
    {
        ProcessTree.Ask(id);
        try
        {
            using var grace = new CancellationTokenSource(s_grace, time);
            await process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            ProcessTree.EndGroup(id);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        if (marker is not null)
            ProcessTree.EndMarked(marker);
    }

    // A daemon that left the group may hold the pipe open for ever: it is found by its marker and ended.
    private async Task DrainAsync(Task pumps, string? marker)
    {
        try
        {
            await pumps.WaitAsync(TimeSpan.FromMilliseconds(200), time);
        }
        catch (TimeoutException)
        {
            if (marker is not null)
                ProcessTree.EndMarked(marker);
            await pumps.WaitAsync(s_grace, time);
        }
    }
}
