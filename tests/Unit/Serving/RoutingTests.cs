using Google.Protobuf;
using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Inference;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Serving.Scoring;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class RoutingTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RoutingTable _table = new();

    public void Dispose()
    {
        _table.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(90, 10)]
    [InlineData(50, 50)]
    [InlineData(1, 99)]
    public void Each_deployment_gets_its_share_of_the_draws(int blue, int green)
    {
        var split = new TrafficSplit(
            [Deployment("blue", 1), Deployment("green", 2)], new Dictionary<string, int> { ["blue"] = blue, ["green"] = green });

        var drawn = Enumerable.Range(0, split.Total).CountBy(draw => split.Pick(draw).Definition.Name).ToDictionary();

        Assert.Equal(100, split.Total);
        Assert.Equal((blue, green), (drawn["blue"], drawn["green"]));
    }

    [Fact]
    public void Random_draws_come_near_the_percents()
    {
        Put([("blue", 90), ("green", 10)]);

        var greens = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var chosen = _table.Acquire(new InferTarget(WorkspaceName.Default, "flights", "late", null, null), out _);
            greens += chosen.Definition.Name == "green" ? 1 : 0;
            chosen.Release();
        }

        // 2000 and seven standard deviations
        Assert.InRange(greens, 1700, 2300);
    }

    [Fact]
    public void A_deployment_that_was_taken_out_lives_until_its_last_request_has_ended()
    {
        Put([("blue", 100)]);
        var held = _table.Acquire(new InferTarget(WorkspaceName.Default, "flights", "late", null, null), out _);

        _table.Remove(WorkspaceName.Default, "flights");
        var drainedEarly = held.Freed.IsCompleted;
        held.Release();

        Assert.False(drainedEarly);
        Assert.True(held.Freed.IsCompletedSuccessfully);
        Assert.False(held.TryAcquire());
    }

    [Fact]
    public void A_deployment_that_stays_is_not_touched_by_a_change_of_the_traffic()
    {
        var endpoint = Put([("blue", 100), ("green", 0)]);

        _table.Put(new ServedEndpoint(
            WorkspaceName.Default,
            endpoint.Definition with { Traffic = new Dictionary<string, int> { ["green"] = 100 } },
            endpoint.Deployments.Values));

        var chosen = _table.Acquire(new InferTarget(WorkspaceName.Default, "flights", "late", null, null), out _);
        Assert.Equal("green", chosen.Definition.Name);
        Assert.All(endpoint.Deployments.Values, deployment => Assert.False(deployment.Freed.IsCompleted));
        chosen.Release();
    }

    [Fact]
    public async Task Requests_that_meet_a_change_get_a_living_deployment()
    {
        Put([("blue", 100)]);
        using var done = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    var chosen = _table.Acquire(new InferTarget(WorkspaceName.Default, "flights", "late", null, null), out _);
                    Assert.False(chosen.Freed.IsCompleted);
                    chosen.Release();
                    begun.TrySetResult();
                }
            },
            TestContext.Current.CancellationToken);
        await begun.Task;

        for (var i = 0; i < 20; i++)
            Put([("blue", 100)]);
        await done.CancelAsync();

        await asking;
    }

    [Fact]
    public void Quantiles_of_the_latency_are_those_of_what_was_counted()
    {
        var counters = new DeploymentCounters();
        for (var i = 1; i <= 100; i++)
            counters.Answered(rows: 2, new Stages(0, 0, i * System.Diagnostics.Stopwatch.Frequency / 1000, 0), TimeProvider.System);
        counters.Refused(ticks: 1);

        var stats = counters.Stats();

        Assert.Equal((101, 200, 1), (stats.Requests, stats.Rows, stats.Errors));
        // The buckets are an eighth wide.
        Assert.InRange(stats.P50Milliseconds, 50, 50 * 1.13);
        Assert.InRange(stats.P99Milliseconds, 99, 99 * 1.13);
        Assert.Equal(50.5, stats.MeanMilliseconds, 3);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("late")]
    public void An_endpoint_whose_deployments_could_not_be_loaded_names_them(string? model)
    {
        var endpoint = Put([("blue", 100), ("green", 0)]);
        _table.Put(new ServedEndpoint(WorkspaceName.Default, endpoint.Definition, []));

        var refusal = Assert.Throws<SlipwayException>(() => _table.Acquire(new InferTarget(WorkspaceName.Default, "flights", model, null, null), out _));

        Assert.Equal("No deployment of endpoint 'flights' answers. Not in memory: blue, green; where one could not be loaded, the server's log tells why.", refusal.Message);
    }

    private ServedEndpoint Put((string Name, int Percent)[] deployments)
    {
        var served = deployments.Select((deployment, index) => Deployment(deployment.Name, index + 1)).ToList();
        var endpoint = new ServedEndpoint(
            WorkspaceName.Default,
            new OnlineEndpoint
            {
                Name = "flights",
                Traffic = deployments.ToDictionary(deployment => deployment.Name, deployment => deployment.Percent),
                MirrorTraffic = new Dictionary<string, int>(),
                Collect = CollectMode.Off,
                CreatedAt = DateTimeOffset.UnixEpoch,
                Deployments = [.. served.Select(deployment => deployment.Definition)],
            },
            served);
        _table.Put(endpoint);
        return endpoint;
    }

    private ServedDeployment Deployment(string name, int version)
    {
        var path = _folder.File("late.onnx");
        if (!File.Exists(path))
            File.WriteAllBytes(path, OnnxModels.Classifier().ToByteArray());
        var model = new ServedModel(
            OnnxModel.Load(path, OnnxSessionSettings.Default),
            new ModelVersion
            {
                Workspace = WorkspaceName.Default,
                Model = "late",
                Number = version,
                Tree = Digest.Of([]),
                Flavor = "onnx",
                Tags = new Dictionary<string, string>(),
                Aliases = [],
                CreatedAt = DateTimeOffset.UnixEpoch,
                CreatedBy = "test",
            },
            maxRows: 16);
        var definition = new OnlineDeployment
        {
            Endpoint = "flights",
            Name = name,
            Model = "late",
            ModelVersion = version,
            State = "Succeeded",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        return new ServedDeployment(WorkspaceName.Default, definition, model, new SlotPool(model, 1, 1), CollectionRule.All);
    }
}
