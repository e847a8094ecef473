using System.Globalization;
using System.Net.Sockets;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>An image's own server, with the model where Azure ML puts it.</summary>
internal sealed class ContainerStart(
    IServerContainers containers, DeploymentFolder folder, ModelVersion version, DeploymentSettings settings, DeploymentLog log) : IServerStart
{
    private const string App = "/var/azureml-app";
    private const string Code = $"{App}/code";

    private readonly string _container = $"slipway-server-{Guid.CreateVersion7():N}";
    private readonly ContainerSettings _settings = settings.Proxy!.Container!;
    private volatile IServerContainer? _running;

    public string Name => folder.Name;

    public string What => "container";

    public async Task<StartedServer> StartAsync(CancellationToken ct)
    {
        var running = _running = await containers.StartAsync(Task(), ct);
        return new StartedServer(new Uri(AddressOf(_settings.Scoring!.Port)), running.Ended, running.End);
    }

    /// <summary>A client whose connections end in the container that runs, whatever its network.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectCallback = async (context, ct) => await (_running ?? throw new SocketException((int)SocketError.NotConnected)).ConnectAsync(context.DnsEndPoint.Port, ct),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>How a port of the container is called by <see cref="CreateClient"/>.</summary>
    public static string AddressOf(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    public void Dispose() => folder.Dispose();

    private ServerContainerTask Task()
    {
        var model = $"{(_settings.ModelMountPath ?? $"{App}/azureml-models").TrimEnd('/')}/{version.Model}/{version.Number.ToString(CultureInfo.InvariantCulture)}";
        var folders = new Dictionary<string, string> { [model] = folder.ModelFolder };
        List<string> variables = [.. folder.OwnVariables, $"AZUREML_MODEL_DIR={model}"];
        if (settings.Code is not null)
        {
            folders[Code] = folder.CodeFolder;
            variables.Add($"AML_APP_ROOT={Code}");
            if (settings.ScoringScript is { } script)
                variables.Add($"AZUREML_ENTRY_SCRIPT={script}");
        }

        return new ServerContainerTask
        {
            Name = _container,
            Image = _settings.Image,
            Build = _settings.Build is { } tree ? Digest.Parse(tree) : null,
            Dockerfile = _settings.Dockerfile ?? "Dockerfile",
            Variables = variables,
            Folders = folders,
            Ports = [.. new[] { _settings.Scoring, _settings.Readiness, _settings.Liveness }.OfType<ContainerRoute>().Select(route => route.Port)],
            Processors = _settings.Processors,
            MemoryBytes = _settings.MemoryMegabytes * 1024L * 1024L,
            Network = _settings.Network,
            Say = log.Write,
        };
    }
}
