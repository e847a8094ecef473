using Slipway.Kernel;
using Slipway.Serving.Contracts;
using static Slipway.Serving.Runtimes.Proxy.ProxyServer;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>Asks a model server whether it is ready, and whether it lives: by a container's routes, a path that was given, or its protocol's.</summary>
internal sealed class ServerHealth
{
    private readonly Func<CancellationToken, Task<ServerAnswer>>? _ready;
    private readonly Func<CancellationToken, Task<ServerAnswer>>? _alive;

    public ServerHealth(ProxySettings proxy, IModelWire wire, ProxyServer server)
    {
        _ready = ByRoute(server, proxy.Container?.Readiness ?? proxy.Container?.Liveness)
            ?? ((wire is PlainWire ? proxy.Health : proxy.Health?.TrimStart('/') ?? wire.HealthPath) is { } path ? ct => wire.GetAsync(server, path, ct) : null);
        _alive = ByRoute(server, proxy.Container?.Liveness) ?? _ready;
    }

    /// <summary>Refuses a server that is not ready, in its own words; without a way to ask it is taken to be.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (_ready is not null)
            (await _ready(ct)).Good();
    }

    public Task<bool> IsReadyAsync(CancellationToken ct) => IsGoodAsync(_ready, ct);

    public Task<bool> IsAliveAsync(CancellationToken ct) => IsGoodAsync(_alive, ct);

    private static Func<CancellationToken, Task<ServerAnswer>>? ByRoute(ProxyServer server, ContainerRoute? route) =>
        route is null ? null : ct => server.GetAsync(ContainerStart.AddressOf(route.Port) + route.Path, ct);

    private static async Task<bool> IsGoodAsync(Func<CancellationToken, Task<ServerAnswer>>? ask, CancellationToken ct)
    {
        try
        {
            return ask is null || (await ask(ct)).IsGood;
        }
        catch (SlipwayException exception) when (exception.Code is ErrorCode.Unavailable or ErrorCode.Timeout)
        {
            return false;
        }
    }
}
