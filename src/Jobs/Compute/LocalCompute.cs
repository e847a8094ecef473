using System.Collections;
using System.ComponentModel;
using Slipway.Jobs.Compute.Local;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>Runs commands as processes of this machine, by bash, in a session of their own.</summary>
internal sealed class LocalCompute(LocalLimits limits, Warden warden, TimeProvider time) : IComputeTarget
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    public string Name => "local";

    public async Task<int> RunAsync(ComputeTask task, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var (arguments, group) = limits.Of(task);
        warden.Stand();
        var (id, output) = Start(task, arguments);
        warden.Watch(id);
        await using var stream = new FileStream(output, FileAccess.Read, bufferSize: 0, isAsync: false);

        // Both block, so each has a thread of its own and none of the pool's.
        var pump = OnThread(() => Pump(stream, task.Log));
        var ended = OnThread(() => Spawn.Wait(id));
        var marker = task.Variables.GetValueOrDefault(ProcessTree.Marker);
        using var watching = new CancellationTokenSource();
        var watch = task.Watch?.Invoke(id, watching.Token) ?? Task.CompletedTask;
        try
        {
            var code = await ended.WaitAsync(ct);
            return group is { RanOutOfMemory: true } && code != 0 ? throw LocalLimits.OverMemory(task) : code;
        }
        catch (OperationCanceledException)
        {
            await EndAsync(ended, id, marker);
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await watch;

            // What a command leaves in the background ends with its step.
            ProcessTree.EndGroup(id);
            await DrainAsync(pump, marker);
            warden.Forget(id);
            group?.Delete();
        }
    }

    public Task<int> EndLeftoversAsync(string owner, CancellationToken ct) => Task.FromResult(ProcessTree.EndMarked(owner));

    private static (int Id, Microsoft.Win32.SafeHandles.SafeFileHandle Output) Start(ComputeTask task, string[] arguments)
    {
        try
        {
            return Spawn.Start("bash", arguments, Variables(task), task.WorkingFolder);
        }
        catch (Win32Exception exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The command could not be started: {exception.Message}. Local compute needs bash.", exception);
        }
    }

    private static IEnumerable<string> Variables(ComputeTask task) => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(variable => !IsServersOwn((string)variable.Key) && !task.Variables.ContainsKey((string)variable.Key))
        .Select(variable => $"{variable.Key}={variable.Value}")
        .Concat(task.Variables.Select(variable => $"{variable.Key}={variable.Value}"));

    // The server's settings, passwords among them, are no business of a command.
    private static bool IsServersOwn(string variable) =>
        variable.StartsWith("SLIPWAY_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);

    private static Task<T> OnThread<T>(Func<T> block) => Task.Factory.StartNew(
        block, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static long Pump(FileStream from, StepLog log)
    {
        var buffer = new byte[32 * 1024];
        var total = 0L;
        while (from.Read(buffer) is var count and > 0)
        {
            log.WriteBytes(buffer.AsSpan(0, count));
            total += count;
        }

        return total;
    }

    private async Task EndAsync(Task ended, int id, string? marker)
    {
        ProcessTree.Ask(id);
        if (!await EndsWithinAsync(ended, s_grace))
        {
            ProcessTree.EndGroup(id);
            await ended;
        }

        if (marker is not null)
            ProcessTree.EndMarked(marker);
    }

    // A daemon that left the group may hold the pipe open for ever: it is found by its marker and ended.
    private async Task DrainAsync(Task pump, string? marker)
    {
        if (await EndsWithinAsync(pump, TimeSpan.FromMilliseconds(200)))
            return;
        if (marker is not null)
            ProcessTree.EndMarked(marker);

        // What hides even from that may keep the pipe; nobody reads it any more.
        await EndsWithinAsync(pump, s_grace);
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
