using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Contracts;
using Slipway.Lineage;
using Slipway.Registry;
using Slipway.Registry.Contracts;
using Slipway.Security;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking;
using Slipway.Tracking.Contracts;
using Slipway.Training;
using Xunit;

namespace Slipway.Unit.Training.Steps;

/// <summary>The step kinds over a real content store, lake, registry and tracking on SQLite; only the executor is played.</summary>
internal sealed class TrainingHost : IAsyncDisposable
{
    private readonly TempFolder _home = new();
    private readonly ServiceProvider _services;
    private int _steps;

    private TrainingHost()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton<TimeProvider>(new ManualTime()).AddSingleton<Events>()
            .AddData(new DataOptions { Home = _home.Path })
            .AddSecurity(_home.Path)
            .AddLineage()
            .AddLake(new LakeOptions { TempFolder = _home.File("temp"), Threads = 2 })
            .AddTracking()
            .AddSingleton<IDeliveries, NoDeliveries>()
            .AddRegistry()
            .AddTraining();
        _services = services.BuildServiceProvider();
    }

    public static Caller Caller { get; } = Caller.System;

    public ITracking Tracking => Get<ITracking>();

    public IModelRegistry Registry => Get<IModelRegistry>();

    public IGateLog Gates => Get<IGateLog>();

    public LineageLog Lineage => Get<LineageLog>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TrainingHost> StartAsync()
    {
        var host = new TrainingHost();
        await host.Get<Migrator>().RunAsync(Ct);
        return host;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A tree with the result of each query as a Parquet file of its own.</summary>
    public async Task<StepInput> TableAsync(params string[] queries)
    {
        var folder = Directory.CreateDirectory(_home.File($"table-{Interlocked.Increment(ref _steps)}")).FullName;
        using var connection = Get<ILakeTables>().Connect();
        foreach (var (i, query) in queries.Index())
            connection.Execute($"copy ({query}) to '{folder}/{i:000}.parquet' (format parquet)");
        return await TreeAsync("data", folder);
    }

    public async Task<StepInput> FilesAsync(string name, params (string Path, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(_home.File($"files-{Interlocked.Increment(ref _steps)}")).FullName;
        foreach (var (path, text) in files)
            await File.WriteAllTextAsync(Path.Combine(folder, path), text, Ct);
        return await TreeAsync(name, folder);
    }

    public async Task<StepInput> OnnxAsync(ModelProto model)
    {
        var folder = Directory.CreateDirectory(_home.File($"onnx-{Interlocked.Increment(ref _steps)}")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "model.onnx"), model.ToByteArray(), Ct);
        return await TreeAsync("model", folder);
    }

    /// <summary>Runs a step as the executor would, and says what it left behind.</summary>
    /// <param name="settings">The kind's own fields as JSON.</param>
    /// <param name="runId">The run of an attempt before this one.</param>
    public async Task<StepOutcome> RunAsync(
        string kind, string settings, IEnumerable<StepInput> inputs, string[] outputs, string? runId = null)
    {
        var number = Interlocked.Increment(ref _steps);
        var run = await Tracking.StartRunAsync(Caller, new NewRun { Experiment = "tests", Id = runId ?? $"{number:x32}" }, Ct);
        var step = new PlayedStep
        {
            Caller = Caller,
            StepId = $"job/{run.Id}",
            JobName = "job",
            RunId = run.Id,
            Inputs = inputs.ToDictionary(input => input.Name),
            OutputFolders = outputs.ToDictionary(
                name => name, name => Directory.CreateDirectory(_home.File($"step-{number}/{name}")).FullName),
            Settings = JsonNode.Parse(settings)!.AsObject(),
            WorkFolder = _home.Path,
            Log = new StringWriter(),
        };
        await Get<IEnumerable<IStepKind>>().Single(known => known.Name == kind).RunAsync(step, Ct);

        var trees = new Dictionary<string, StepInput>();
        foreach (var (name, folder) in step.OutputFolders)
        {
            trees[name] = await TreeAsync(name, folder);
            await Lineage.AppendAsync(Caller, [new NewEdge("wrote", $"run:{run.Id}", trees[name].Node!)], Ct);
        }

        return new StepOutcome(step, trees, (await Tracking.FindRunAsync(Caller, run.Id, Ct))!);
    }

    public async Task<StepInput> VersionAsync(string reference, string name = "candidate")
    {
        var version = (await Registry.FindAsync(Caller, reference, Ct))!;
        return new StepInput { Name = name, Model = version, Tree = version.Tree, Node = version.Node };
    }

    public async Task<SlipwayException> RefusalAsync(
        string kind, string settings, IEnumerable<StepInput> inputs, params string[] outputs) =>
        await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(kind, settings, inputs, outputs));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _home.Dispose();
    }

    private async Task<StepInput> TreeAsync(string name, string folder)
    {
        var tree = await Get<ContentStore>().PutFolderAsync(folder, null, Ct);
        return new StepInput { Name = name, Tree = tree.Digest, Path = folder, Node = $"tree:{tree.Digest}" };
    }
}

/// <param name="Trees">What it wrote to each output, as the input of a later step.</param>
internal sealed record StepOutcome(PlayedStep Step, IReadOnlyDictionary<string, StepInput> Trees, Run Run)
{
    public string Folder(string output) => Step.OutputFolders[output];

    public StepInput Tree(string output, string asInput) => Trees[output] with { Name = asInput };
}

internal sealed class PlayedStep : StepContext
{
    public List<(string Act, string Node, string? Output)> MadeNodes { get; } = [];

    public List<string> ReadNodes { get; } = [];

    public string? SkipReason { get; private set; }

    public override void Made(string act, string node, string? output = null) => MadeNodes.Add((act, node, output));

    public override void Read(string node) => ReadNodes.Add(node);

    public override void Keep(string output, Digest tree)
    {
    }

    public override string KeepProgress() => WorkFolder;

    public override void SkipRest(string reason) => SkipReason = reason;
}
