using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>"proxy": a model server that speaks the Open Inference Protocol or MLflow's, elsewhere or started here; or a route of its own making.</summary>
internal sealed class ProxyRuntime(
    ContentStore content, IWebClients web, IServerContainers containers, IVault vault, TimeProvider time, ILogger<ProxyRuntime> logger) : IModelRuntime, IDisposable
{
    private const int DefaultTimeout = 60_000;

    private readonly CancellationTokenSource _ending = new();

    public string Name => "proxy";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var proxy = ContainerRoutes.Read(
            settings.Proxy ?? throw SlipwayException.Invalid("The runtime 'proxy' needs the setting 'proxy': {\"url\":\"https://…\"}, {\"command\":[…]} or {\"container\":{…}}."));
        var wire = WireOf(proxy, version.Model);
        var headers = await HeadersAsync(version.Workspace, proxy, ct);
        var timeout = TimeSpan.FromMilliseconds(settings.RequestTimeoutMilliseconds ?? DefaultTimeout);
        KeptServer? kept = null;
        ProxyServer? server = null;
        try
        {
            var log = proxy.Command is null && proxy.Container is null ? null : new DeploymentLog();
            var start = log is null ? null : await StartOfAsync(proxy, version, settings, log, ct);
            kept = start is null ? null : new KeptServer(start, settings.Probe ?? ProbeSettings.Default, log!, time, logger, _ending.Token);
            server = kept is null ? Elsewhere(proxy, headers, timeout) : Here(proxy, start!, kept, headers, timeout);
            var health = new ServerHealth(proxy, wire, server);
            await (kept is null ? health.CheckAsync(ct) : kept.StartAsync(health, ct));
            var model = new ProxyModel(await InputsAsync(version, tree, server, wire, ct), wire, server, kept, log);
            await model.ProbeAsync(ct);
            return model;
        }
        catch
        {
            server?.Dispose();
            kept?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private static IModelWire WireOf(ProxySettings proxy, string model) => proxy.Protocol switch
    {
        "oip" => new OipWire(proxy, model),
        "mlflow" => new MlflowWire(),
        "grpc" when proxy.Health is not null => throw SlipwayException.Invalid("proxy.health is a path of HTTP; a server of grpc is asked whether it is ready."),
        "grpc" => new GrpcWire(proxy, model),
        "plain" when proxy is { Command: not null, Health: null } => throw SlipwayException.Invalid("proxy.health is missing: the path that answers 2xx when the server is ready."),
        "plain" when proxy.Container is { Readiness: null, Liveness: null } =>
            throw SlipwayException.Invalid("proxy.container.readiness_route is missing: {\"path\":\"/ready\",\"port\":8080}, which answers 2xx when the server is ready."),
        "plain" => new PlainWire(),
        _ => throw SlipwayException.Invalid($"proxy.protocol is '{proxy.Protocol}'; there are oip, grpc, mlflow and plain."),
    };

    private async Task<IServerStart> StartOfAsync(ProxySettings proxy, ModelVersion version, DeploymentSettings settings, DeploymentLog log, CancellationToken ct)
    {
        var folder = await DeploymentFolder.CreateAsync(content, version, settings, ct);
        return proxy.Command is { } command ? new CommandStart(folder, command, log) : new ContainerStart(containers, folder, version, settings, log);
    }

    private ProxyServer Elsewhere(ProxySettings proxy, IReadOnlyDictionary<string, string> headers, TimeSpan timeout)
    {
        var given = proxy.Url ?? throw SlipwayException.Invalid("proxy.url is missing: the address of the model server, or a 'command' or 'container' that is one.");
        var url = web.Parse(proxy.Protocol == "plain" ? given : given.TrimEnd('/') + "/", "proxy.url");
        return new ProxyServer(web.CreateClient(), () => url, headers, timeout);
    }

    // A process or a container of this deployment's, which no guard needs to look at.
    private static ProxyServer Here(ProxySettings proxy, IServerStart start, KeptServer kept, IReadOnlyDictionary<string, string> headers, TimeSpan timeout)
    {
        var below = "/" + (proxy.Url ?? "").TrimStart('/');
        if (proxy.Container is null && below.Contains(':', StringComparison.Ordinal))
            throw SlipwayException.Invalid($"proxy.url is '{proxy.Url}'; with a 'command' it is only the path below which the server answers, or left out.");
        if (proxy.Protocol != "plain")
            below = below.TrimEnd('/') + "/";
        var http = (start as ContainerStart)?.CreateClient()
            ?? new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
        return new ProxyServer(http, () => kept.Address is { } address ? new Uri(address, below) : null, headers, timeout);
    }

    private async Task<Dictionary<string, string>> HeadersAsync(WorkspaceName workspace, ProxySettings proxy, CancellationToken ct)
    {
        var values = new Dictionary<string, string>();
        foreach (var secret in proxy.Secrets)
        {
            values[secret] = await vault.FindAsync(Caller.System with { Workspace = workspace }, secret, ct)
                ?? throw SlipwayException.Invalid($"proxy.headers names the secret '{secret}', which the vault does not have; set it with: slipway secret set {secret}.");
        }

        return (proxy.Headers ?? []).ToDictionary(
            header => header.Key, header => ProxySettings.SecretPattern().Replace(header.Value, match => values[match.Groups[1].Value]), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>By the version's signature, else by the server's own words, else by the model's MLmodel; empty: nothing says it.</summary>
    private async Task<TensorPlan[]> InputsAsync(ModelVersion version, Tree tree, ProxyServer server, IModelWire wire, CancellationToken ct)
    {
        if (wire is PlainWire)
            return [];
        if (wire is OipWire oip)
            oip.IsBinary = await IsBinaryAsync(server, ct);
        if (VersionInputs.Read(version) is { Length: > 0 } inputs)
            return inputs;
        if (wire.MetadataPath is { } path)
            return wire.ReadInputs((await wire.GetAsync(server, path, ct)).Good().Body);
        return tree.Entries.Where(entry => Path.GetFileName(entry.Path) == "MLmodel").MinBy(entry => entry.Path.Length) is { } file
            ? MlmodelFile.Read(await content.LocalFileAsync(file.Digest, ct)).Inputs
            : [];
    }

    private static async Task<bool> IsBinaryAsync(ProxyServer server, CancellationToken ct)
    {
        var answer = await server.GetAsync("v2", ct);
        try
        {
            return answer.IsGood && JsonDocument.Parse(answer.Body).RootElement.GetProperty("extensions").EnumerateArray()
                .Any(extension => extension.GetString() is "binary_tensor_data" or "binary_data");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
