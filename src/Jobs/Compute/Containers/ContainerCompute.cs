using System.Text.Json.Nodes;
using Slipway.Jobs.Compute.Local;
using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>
/// Runs commands in containers of podman or Docker: the environment's image, the step's limits, inputs that may only be read,
/// and no network but a door to the tracking server, unless one is asked for.
/// </summary>
internal sealed class ContainerCompute(ContainerEngine engine, ContainerImages images) : IComputeTarget
{
    private const string Label = "slipway.owner";
    private const int GraceSeconds = 5;

    // The command waits for its door; images without bash have a shell all the same.
    private const string Start =
        """
        until [ -e "$0" ]; do sleep 0.02; done
        if command -v bash >/dev/null 2>&1; then exec bash -c "$1"; fi
        exec sh -c "$1"
        """;

    public string Name => "container";

    public bool RunsImages => true;

    public string? Problem => engine.IsThere ? null : "No podman or Docker answers; start one, or say where its socket is (Jobs__ContainerSocket).";

    public async Task<string?> IdentifyAsync(TaskEnvironment environment, bool mayFetch, CancellationToken ct) =>
        await images.FindAsync(environment, mayFetch, TextWriter.Null, ct);

    public async Task<int> EndLeftoversAsync(string owner, CancellationToken ct)
    {
        if (!engine.IsThere)
            return 0;

        try
        {
            var left = await engine.LabelledAsync($"{Label}={owner}", ct);
            foreach (var container in left)
                await engine.DeleteAsync(container, ct);
            return left.Count;
        }
        catch (SlipwayException)
        {
            // A socket without an engine behind it: nothing runs there.
            return 0;
        }
    }

    public async Task<int> RunAsync(ComputeTask task, CancellationToken ct)
    {
        var image = await images.FindAsync(task.Environment, mayFetch: true, task.Log, ct);
        var name = $"slipway-{task.RunId}";
        var ready = Path.Combine(task.Folders.Work, "ready");

        // An attempt whose worker died may still run; there is never more than one of a step.
        await engine.DeleteAsync(name, ct);
        var id = await engine.CreateAsync(name, Definition(task, image, ready), ct);
        using var watching = new CancellationTokenSource();
        var watch = Task.CompletedTask;
        try
        {
            await using var output = await engine.AttachAsync(id, ct);
            var pump = ContainerOutput.PumpAsync(output, task.Log.WriteBytes);
            await engine.StartAsync(id, ct);
            await using var door = await OpenDoorAsync(task, id, ct);
            watch = await WatchAsync(task, id, watching.Token);
            await File.WriteAllTextAsync(ready, "", ct);
            var code = await engine.WaitAsync(id, ct);
            await pump.WaitAsync(ct);
            return await IsOverMemoryAsync(id, code, ct) ? throw LocalLimits.OverMemory(task) : code;
        }
        catch (OperationCanceledException)
        {
            await engine.StopAsync(id, GraceSeconds, CancellationToken.None);
            throw;
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
            await engine.DeleteAsync(id, CancellationToken.None);
        }
    }

    // Its processes are this machine's too, unless the engine is another one's.
    private async Task<Task> WatchAsync(ComputeTask task, string id, CancellationToken ct) =>
        task.Watch is { } watch && ProcessStat.SessionOf((int)(await engine.StateAsync(id, ct))["Pid"]!) is { } session
            ? watch(session, ct)
            : Task.CompletedTask;

    private static JsonObject Definition(ComputeTask task, string image, string ready)
    {
        var folders = task.Folders;
        var host = new JsonObject
        {
            // The same paths inside as outside: what was filled into the command holds in both.
            ["Binds"] = new JsonArray(
                [.. new[] { (folders.Inputs, "ro"), (folders.Files, "ro"), (folders.Outputs, "rw"), (folders.Work, "rw") }
                    .Where(mount => Directory.Exists(mount.Item1))
                    .Select(mount => (JsonNode)$"{mount.Item1}:{mount.Item1}:{mount.Item2}")]),
            ["NetworkMode"] = task.Resources.Network ?? "none",
            ["Init"] = false,

            // The step's log is the log; the engine need not fill the disk with another one.
            ["LogConfig"] = new JsonObject { ["Type"] = "none" },
        };
        if (task.Resources.MemoryBytes is { } memory)
            (host["Memory"], host["MemorySwap"]) = (memory, memory);
        if (task.Resources.Processors is { } processors)
            host["NanoCpus"] = (long)(processors * 1e9);
        if (task.Resources.SharedMemoryBytes is { } shared)
            host["ShmSize"] = shared;
        return new JsonObject
        {
            ["Image"] = image,
            ["Entrypoint"] = new JsonArray("/bin/sh", "-c", Start, ready, task.Command),
            ["Cmd"] = new JsonArray(),
            ["Env"] = new JsonArray([.. Variables(task).Select(variable => (JsonNode)variable)]),
            ["WorkingDir"] = task.WorkingFolder,
            ["Labels"] = new JsonObject { [Label] = Owner(task) },
            ["HostConfig"] = host,
        };
    }

    // The image has a PATH of its own. The marker names the home and the run; the home is the owner.
    private static IEnumerable<string> Variables(ComputeTask task) => task.Variables
        .Where(variable => variable.Key is not ("PATH" or ProcessTree.Marker))
        .Select(variable => variable.Key == TrackingDoor.Variable && task.Resources.Network is null
            ? $"{variable.Key}={TrackingDoor.Inside(variable.Value)}"
            : $"{variable.Key}={variable.Value}");

    private static string Owner(ComputeTask task) =>
        task.Variables[ProcessTree.Marker][..^task.RunId.Length];

    private async Task<TrackingDoor?> OpenDoorAsync(ComputeTask task, string id, CancellationToken ct)
    {
        if (task.Resources.Network is not null || !task.Variables.TryGetValue(TrackingDoor.Variable, out var server))
            return null;

        var process = (int)(await engine.StateAsync(id, ct))["Pid"]!;
        return TrackingDoor.Open(process, server, task.Log);
    }

    private async Task<bool> IsOverMemoryAsync(string id, int code, CancellationToken ct) =>
        code == 137 && (bool?)(await engine.StateAsync(id, ct))["OOMKilled"] == true;
}
