using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Etl;
using Slipway.Jobs;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Contracts;
using Slipway.Lineage;
using Slipway.Registry;
using Slipway.Security;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

/// <summary>All modules up to ETL over a new home, without HTTP.</summary>
public sealed class EtlHost : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private ServiceProvider _services = null!;
    private int _steps;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton<Events>();
        services.AddData(new DataOptions { Home = _home.Path }).AddSecurity(_home.Path).AddLineage();
        services.AddLake(new LakeOptions { TempFolder = _home.File("temp"), Threads = 2 });
        services.AddSingleton<IDeliveries, NoDeliveries>().AddTracking().AddRegistry().AddJobs().AddEtl();
        _services = services.BuildServiceProvider();
        foreach (var hosted in _services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await hosted.StartingAsync(Ct);
        foreach (var hosted in _services.GetServices<IHostedService>())
            await hosted.StartAsync(Ct);
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public string File(string name) => _home.File(name);

    /// <summary>Writes the rows of a query to a Parquet file; its path.</summary>
    public string Parquet(string name, string query)
    {
        var file = _home.File(name);
        using var connection = Get<ILakeTables>().Connect();
        connection.Execute($"copy ({query}) to {DuckDbSql.Literal(file)} (format parquet)");
        return file;
    }

    public async Task<Digest> TreeAsync(string name, string query)
    {
        var blob = await Get<ContentStore>().PutFileAsync(Parquet(name, query), Ct);
        return (await Get<ContentStore>().PutTreeAsync([new TreeEntry("part.parquet", blob.Digest, blob.Size)], Ct)).Digest;
    }

    /// <summary>Runs one step as the executor does, and returns what it said.</summary>
    internal async Task<TestStep> RunAsync(
        string kind, string settings, IEnumerable<StepInput>? inputs = null, string[]? outputs = null, string? id = null, string? runId = null)
    {
        var step = await StepAsync(settings, inputs ?? [], outputs ?? ["data"], id, runId);
        await _services.GetServices<IStepKind>().Single(known => known.Name == kind).RunAsync(step, Ct);
        return step;
    }

    public async Task<IReadOnlyList<object?[]>> RowsAsync(Digest tree, string query)
    {
        var table = await Get<ILakeTables>().TableAsync(tree, Ct);
        return Rows(query.Replace("$table", table.Expression, StringComparison.Ordinal));
    }

    public IReadOnlyList<object?[]> Rows(string query)
    {
        using var connection = Get<ILakeTables>().Connect();
        using var result = connection.Query(query);
        return [.. result.Rows()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
            await hosted.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _home.Dispose();
    }

    private async Task<TestStep> StepAsync(string settings, IEnumerable<StepInput> inputs, string[] outputs, string? id, string? runId)
    {
        var folder = $"step-{++_steps}";
        runId ??= (await Get<ITracking>().StartRunAsync(Caller.System, new NewRun { Experiment = "test" }, Ct)).Id;
        return new TestStep
        {
            Caller = Caller.System,
            StepId = id ?? folder,
            JobName = "test",
            RunId = runId,
            Inputs = inputs.ToDictionary(input => input.Name),
            OutputFolders = outputs.ToDictionary(name => name, name => Directory.CreateDirectory(_home.File($"{folder}/{name}")).FullName),
            Settings = JsonNode.Parse(settings)!.AsObject(),
            WorkFolder = Directory.CreateDirectory(_home.File($"{folder}/.work")).FullName,
            Log = new StringWriter(),
        };
    }
}

/// <summary>A step that remembers what its kind said.</summary>
internal sealed class TestStep : StepContext
{
    public List<(string Act, string Node, string? Output)> MadeNodes { get; } = [];

    public List<string> ReadNodes { get; } = [];

    public override void Made(string act, string node, string? output = null) => MadeNodes.Add((act, node, output));

    public override void Read(string node) => ReadNodes.Add(node);

    public override void Keep(string output, Digest tree)
    {
    }

    public override string KeepProgress() => WorkFolder;

    public override void SkipRest(string reason)
    {
    }
}
