using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>
/// Servers in containers: the image's own program, folders that can only be read, and no network of their own unless one is asked for. The engine forgets one when it
/// ends; the warden ends them with this process; what a machine left that went down is deleted before the first start.
/// </summary>
internal sealed class ServerContainers(ContainerEngine engine, ContainerImages images, Warden warden, DataOptions data, TimeProvider time) : IServerContainers, IAsyncDisposable
{
    internal const string Label = "slipway.server";

    // An engine that does not answer any more must not keep this process.
    private static readonly TimeSpan s_mostOfEnding = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ServerContainer, string> _running = [];
    private readonly ConcurrentDictionary<Task<IServerContainer>, string> _starting = [];
    private readonly SemaphoreSlim _sweeping = new(1);
    private bool _isSwept;

    public async Task<IServerContainer> StartAsync(ServerContainerTask task, CancellationToken ct)
    {
        var starting = StartOneAsync(task, ct);
        _starting[starting] = task.Name;
        try
        {
            return await starting;
        }
        finally
        {
            _starting.TryRemove(starting, out _);
        }
    }

    /// <summary>Whoever starts containers has ended by now, so that none is started behind this.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(EndAllAsync(), Task.Delay(s_mostOfEnding, time));
        _sweeping.Dispose();
    }

    private async Task EndAllAsync()
    {
        await Task.WhenAll(_starting.Keys).ContinueWith(static _ => { }, TaskScheduler.Default);
        foreach (var container in _running.Keys)
            container.End();
        await Task.WhenAll(_running.Keys.Select(container => container.Ended));
    }

    private async Task<IServerContainer> StartOneAsync(ServerContainerTask task, CancellationToken ct)
    {
        await SweepAsync(ct);
        var image = await ImageAsync(task, ct);
        await engine.DeleteAsync(task.Name, ct);
        var id = await engine.CreateAsync(task.Name, Definition(task, image), ct);
        try
        {
            var pump = ContainerOutput.PumpAsync(await engine.AttachAsync(id, ct), task.Say);
            warden.Stand();
            await engine.StartAsync(id, ct);
            var container = new ServerContainer(engine, warden, id, pump);
            _running[container] = id;
            _ = ForgetAsync(container);
            await container.EnterAsync(task, ct);
            return container;
        }
        catch
        {
            await engine.DeleteAsync(id, CancellationToken.None);
            throw;
        }
    }

    private async Task ForgetAsync(ServerContainer container)
    {
        await container.Ended;
        _running.TryRemove(container, out _);
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        await _sweeping.WaitAsync(ct);
        try
        {
            if (_isSwept)
                return;
            foreach (var left in await engine.LabelledAsync($"{Label}={StepWorker.MarkerOf(data.Home)}", ct))
                await engine.DeleteAsync(left, ct);
            _isSwept = true;
        }
        finally
        {
            _sweeping.Release();
        }
    }

    private async Task<string> ImageAsync(ServerContainerTask task, CancellationToken ct)
    {
        await using var says = new StringWriter();
        try
        {
            return await images.FindAsync(new TaskEnvironment { Image = task.Image, BuildTree = task.Build, Dockerfile = task.Dockerfile }, mayFetch: true, says, ct);
        }
        finally
        {
            task.Say(Encoding.UTF8.GetBytes(says.ToString()));
        }
    }

    private JsonObject Definition(ServerContainerTask task, string image)
    {
        var host = new JsonObject
        {
            ["Mounts"] = new JsonArray([.. task.Folders.Select(folder => (JsonNode)new JsonObject
            {
                ["Type"] = "bind",
                ["Source"] = folder.Value,
                ["Target"] = folder.Key,
                ["ReadOnly"] = true,
            })]),
            ["NetworkMode"] = task.Network ?? "none",
            ["AutoRemove"] = true,
            ["Init"] = false,

            // The deployment's log is the log; the engine need not fill the disk with another one.
            ["LogConfig"] = new JsonObject { ["Type"] = "none" },
        };
        if (task.MemoryBytes is { } memory)
            (host["Memory"], host["MemorySwap"]) = (memory, memory);
        if (task.Processors is { } processors)
            host["NanoCpus"] = (long)(processors * 1e9);
        if (task.Network is not null)
            host["PortBindings"] = OfPorts(task, () => new JsonArray(new JsonObject { ["HostIp"] = "127.0.0.1", ["HostPort"] = "" }));
        return new JsonObject
        {
            ["Image"] = image,
            ["Env"] = new JsonArray([.. task.Variables.Select(variable => (JsonNode)variable)]),
            ["Labels"] = new JsonObject { [Label] = StepWorker.MarkerOf(data.Home) },
            ["ExposedPorts"] = OfPorts(task, () => new JsonObject()),
            ["HostConfig"] = host,
        };
    }

    private static JsonObject OfPorts(ServerContainerTask task, Func<JsonNode> value) =>
        new(task.Ports.Distinct().Select(port => KeyValuePair.Create($"{port}/tcp", (JsonNode?)value())));
}
