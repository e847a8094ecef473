using System.Text.Json.Nodes;
using Slipway.Cli.Mlflow;
using Slipway.Client;
using Slipway.Http.Registry;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Mlflow;

/// <summary>A server, and a folder for MLflow's own stores beside it; each test has its own.</summary>
public abstract class MlflowStores : IAsyncLifetime
{
    private SlipwayClient _client = null!;

    private protected abstract RegistryServer Server { get; }

    private protected TempFolder Place { get; } = new();

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        _client = new SlipwayClient(Server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await Server.DisposeAsync();
        Place.Dispose();
    }

    private protected MlflowFolder Folder() => new(Place.File("mlruns"));

    private protected async Task<JsonObject> ImportAsync(
        string path, bool dryRun = false, string? artifacts = null, bool fails = false, SlipwayClient? client = null)
    {
        using IMlflowSource source = Directory.Exists(path) ? new FileSource(path) : new SqliteSource(new MlflowDatabase(path), "default");
        var report = new ImportReport(TextWriter.Null);
        var places = new ArtifactPlaces(Path.GetDirectoryName(path)!, artifacts);
        await new MlflowImport(new ImportServer(client ?? _client), source, places, new ImportOptions([], Models: false, dryRun), report).RunAsync(Ct);
        var json = report.ToJson(path, dryRun);
        Assert.True(report.HasFailures == fails, json.ToJsonString());
        return json;
    }

    private protected async Task<JsonObject> ExportAsync(string target, string? artifacts = null, SlipwayClient? client = null)
    {
        var report = new ImportReport(TextWriter.Null);
        using IMlflowTarget written = Path.GetExtension(target) == ".db"
            ? new SqliteTarget(target, artifacts ?? target + ".artifacts")
            : new FileTarget(target, report);
        await new MlflowExport(new ExportServer(client ?? _client), written, report).RunAsync([], Ct);
        Assert.False(report.HasFailures);
        return report.ToJson(target, dryRun: false);
    }
}
