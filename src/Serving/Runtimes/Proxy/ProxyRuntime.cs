using System.Text.Json;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>"proxy": a model server that speaks the Open Inference Protocol or MLflow's, elsewhere or started here.</summary>
internal sealed class ProxyRuntime(ContentStore content, IWebClients web, IVault vault, TimeProvider time, ILogger<ProxyRuntime> logger) : IModelRuntime
{
    private const int DefaultTimeout = 60_000;

    public string Name => "proxy";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var proxy = settings.Proxy ?? throw SlipwayException.Invalid("The runtime 'proxy' needs the setting 'proxy': {\"url\":\"https://…\"} or {\"command\":[…]}.");
        IModelWire wire = proxy.Protocol switch
        {
            "oip" => new OipWire(proxy, version.Model),
            "mlflow" => new MlflowWire(),
            "grpc" when proxy.Health is not null => throw SlipwayException.Invalid("proxy.health is a path of oip and mlflow; a server of grpc is asked whether it is ready."),
            "grpc" => new GrpcWire(proxy, version.Model),
            _ => throw SlipwayException.Invalid($"proxy.protocol is '{proxy.Protocol}'; there are oip, grpc and mlflow."),
        };
        var headers = await HeadersAsync(version.Workspace, proxy, ct);
        var timeout = TimeSpan.FromMilliseconds(settings.RequestTimeoutMilliseconds ?? DefaultTimeout);
        ServerProcess? process = null;
        ProxyServer? server = null;
        try
        {
            var log = proxy.Command is null ? null : new DeploymentLog();
            process = proxy.Command is { } command
                ? new ServerProcess(await DeploymentFolder.CreateAsync(content, version, settings, ct), command, settings.Probe ?? ProbeSettings.Default, log!, time, logger)
                : null;
            server = process is null ? Elsewhere(proxy, headers, timeout) : Here(proxy, process, headers, timeout);
            await StartAsync(server, process, proxy, wire, ct);
            var model = new ProxyModel(await InputsAsync(version, tree, server, wire, ct), wire, server, process, log);
            await model.ProbeAsync(ct);
            return model;
        }
        catch
        {
            server?.Dispose();
            process?.Dispose();
            throw;
        }
    }

    private ProxyServer Elsewhere(ProxySettings proxy, IReadOnlyDictionary<string, string> headers, TimeSpan timeout)
    {
        var given = proxy.Url ?? throw SlipwayException.Invalid("proxy.url is missing: the address of the model server, or a 'command' that starts one.");
        var url = web.Parse(given.TrimEnd('/') + "/");
        return new ProxyServer(web.CreateClient(), () => url, headers, timeout);
    }

    // A process of this deployment's on the loopback address, which no guard needs to look at.
    private static ProxyServer Here(ProxySettings proxy, ServerProcess process, IReadOnlyDictionary<string, string> headers, TimeSpan timeout)
    {
        var below = (proxy.Url ?? "").Trim('/');
        if (below.Contains(':', StringComparison.Ordinal))
            throw SlipwayException.Invalid($"proxy.url is '{proxy.Url}'; with a 'command' it is only the path below which the server answers, or left out.");
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
        return new ProxyServer(http, () => process.Address is { } address ? new Uri(address, below.Length == 0 ? "/" : $"/{below}/") : null, headers, timeout);
    }

    private static async Task StartAsync(ProxyServer server, ServerProcess? process, ProxySettings proxy, IModelWire wire, CancellationToken ct)
    {
        var health = (proxy.Health ?? wire.HealthPath).TrimStart('/');
        if (process is not null)
            await process.StartAsync(IsReadyAsync, ct);
        else
            (await wire.GetAsync(server, health, ct)).Good();

        async Task<bool> IsReadyAsync(CancellationToken token)
        {
            try
            {
                return (await wire.GetAsync(server, health, token)).IsGood;
            }
            catch (SlipwayException exception) when (exception.Code is ErrorCode.Unavailable or ErrorCode.Timeout)
            {
                return false;
            }
        }
    }

    private async Task<Dictionary<string, string>> HeadersAsync(WorkspaceName workspace, ProxySettings proxy, CancellationToken ct)
    {
        var values = new Dictionary<string, string>();
        foreach (var secret in proxy.Secrets)
        {
            values[secret] = await vault.FindAsync(Caller.System with { Workspace = workspace }, secret, ct)
                ?? throw SlipwayException.Invalid($"proxy.headers names the secret '{secret}', which the vault does not have; set it with: slipway secret set {secret}.");
        }

        return (proxy.Headers ?? []).ToDictionary(header => header.Key, header => ProxySettings.SecretPattern().Replace(header.Value, match => values[match.Groups[1].Value]));
    }

    /// <summary>By the version's signature, else by the server's own words, else by the model's MLmodel; empty: nothing says it.</summary>
    private async Task<TensorPlan[]> InputsAsync(ModelVersion version, Tree tree, ProxyServer server, IModelWire wire, CancellationToken ct)
    {
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
