using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Bench.Serving;

/// <summary>A whole server as people start it, in a folder of its own.</summary>
internal sealed class SpeedServer : IAsyncDisposable
{
    private readonly DirectoryInfo _home;
    private readonly WebApplication _app;

    private SpeedServer(DirectoryInfo home, WebApplication app)
    {
        _home = home;
        _app = app;
    }

    public Uri Url => new(_app.Urls.First());

    public Uri GrpcUrl => new(_app.Urls.Last());

    public IServiceProvider Services => _app.Services;

    public IEndpoints Endpoints => Services.GetRequiredService<IEndpoints>();

    /// <summary>A file for a request.</summary>
    public string File(string name) => Path.Combine(_home.FullName, name);

    public static async Task<SpeedServer> StartAsync(CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("slipway-bench-");
        var settings = new ServerSettings { Home = home.FullName, Urls = ["http://127.0.0.1:0"], GrpcUrls = [$"http://127.0.0.1:{FreePort()}"] };
        return new SpeedServer(home, await ServerModule.StartAsync(settings, ct));
    }

    /// <summary>Registers a version of a model, with a signature that names the texts of its columns.</summary>
    public async Task RegisterAsync(string model, byte[] onnx, CancellationToken ct)
    {
        var content = Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(onnx, ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], ct);
        await Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller.System, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "onnx", SignatureJson = Signature() }, ct);
    }

    /// <summary>An endpoint whose deployment "blue" has all traffic.</summary>
    public async Task DeployAsync(string endpoint, string model, DeploymentSettings settings, CancellationToken ct, CollectMode collect = CollectMode.Drop)
    {
        await Endpoints.CreateAsync(Caller.System, endpoint, collect, ct);
        await Endpoints.DeployAsync(Caller.System, endpoint, "blue", model, settings, ct);
        await MoveAsync(endpoint, "blue", ct);
    }

    public Task MoveAsync(string endpoint, string deployment, CancellationToken ct) => Endpoints.SetTrafficAsync(
        Caller.System, endpoint, new Dictionary<string, int> { [deployment] = 100 }, "measured", ct);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _home.Delete(recursive: true);
    }

    private static string Signature()
    {
        TensorSignature Column(string name) => new(name, "BYTES", [-1, 1], Categories: TreeModel.Texts);
        return Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(new ModelSignature(
            [Column("origin"), Column("destination"), new TensorSignature("numbers", "FP32", [-1, 6])],
            [new TensorSignature("label", "INT64", [-1], "label"), new TensorSignature("probabilities", "FP32", [-1, 2], "score")])));
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
