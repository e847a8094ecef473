using Slipway.Client;
using Slipway.Examples.LogisticRegression;
using Slipway.Http.Registry;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Client;

/// <summary>The .NET client over a real server, and over a line that breaks.</summary>
public sealed class ActiveRunTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static readonly RunOptions s_own = new() { ResumeFromEnvironment = false };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_logged_is_there_after_the_disposal()
    {
        using var client = Client();
        string id;
        var named = s_own with { Name = "first", Tags = new Dictionary<string, string> { ["team"] = "blue" } };
        await using (var run = await client.StartRunAsync("plain", named, Ct))
        {
            id = run.Id;
            await run.LogParamAsync("lr", 0.5, Ct);
            await run.LogParamAsync("lr", 0.5, Ct);
            await run.SetTagAsync("stage", "one", Ct);
            await run.SetTagAsync("stage", "two", Ct);
            for (var step = 0; step < 2500; step++)
                await run.LogMetricAsync("loss", 1.0 / (step + 1), step, Ct);
            await run.LogMetricAsync("odd", double.NaN, ct: Ct);
            await run.LogInputAsync(new DatasetInput("flights", "abc", "data:flights") { Context = "training" }, Ct);
            await using var child = await run.StartChildAsync("part", Ct);
        }

        var info = await client.Runs.GetAsync(id, Ct);
        var points = await client.Runs.HistoryAsync(id, "loss", Ct).ToListAsync(Ct);

        Assert.Equal((RunStatus.Finished, "first", "0.5"), (info.Status, info.Name, info.Params["lr"]));
        Assert.Equal(("two", "blue"), (info.Tags["stage"], info.Tags["team"]));
        Assert.Equal(2500, points.Count);
        Assert.Equal(1.0 / 2500, info.Metrics["loss"]);
        Assert.True(double.IsNaN(info.Metrics["odd"]));
        var children = await client.Runs.SearchAsync(["plain"], $"tags.`mlflow.parentRunId` = '{id}'", ct: Ct).ToListAsync(Ct);
        Assert.Equal(["part"], children.Select(run => run.Name));
    }

    [Fact]
    public async Task A_line_that_breaks_loses_and_doubles_nothing()
    {
        await using var proxy = new CuttingProxy(server.Address) { CutAfter = 10_000 };
        using var client = new SlipwayClient(proxy.Address);
        using var steady = Client();
        var run = await client.StartRunAsync("broken line", s_own with { FlushCount = 50 }, Ct);
        for (var step = 0; step < 1000; step++)
            await run.LogMetricAsync("loss", step, step, Ct);
        proxy.Down = true;
        for (var step = 1000; step < 1200; step++)
            await run.LogMetricAsync("loss", step, step, Ct);
        proxy.Down = false;
        await run.DisposeAsync();

        var points = await steady.Runs.HistoryAsync(run.Id, "loss", Ct).ToListAsync(Ct);
        Assert.Equal(Enumerable.Range(0, 1200).Select(step => (long)step), points.Select(point => point.Step).Order());
        Assert.True(proxy.Cuts > 0);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_told_of_at_the_disposal()
    {
        await using var proxy = new CuttingProxy(server.Address);
        using var client = new SlipwayClient(proxy.Address);
        var run = await client.StartRunAsync("away", s_own with { GiveUpAfter = TimeSpan.FromMilliseconds(300) }, Ct);
        proxy.Down = true;
        await run.LogMetricAsync("loss", 1, ct: Ct);

        var failure = await Assert.ThrowsAsync<SlipwayApiException>(async () => await run.DisposeAsync());

        Assert.Contains(run.Id, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_at_the_flush()
    {
        using var client = Client();
        var run = await client.StartRunAsync("refused", s_own, Ct);
        await run.LogParamAsync("a", 1, Ct);
        await run.LogParamAsync("a", 2, Ct);

        var failure = await Assert.ThrowsAsync<SlipwayApiException>(() => run.FlushAsync(Ct));

        Assert.Contains("Duplicate parameter keys", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SlipwayApiException>(async () => await run.LogMetricAsync("b", 1, ct: Ct));
        await Assert.ThrowsAsync<SlipwayApiException>(async () => await run.DisposeAsync());
        Assert.Equal(RunStatus.Failed, (await client.Runs.GetAsync(run.Id, Ct)).Status);
    }

    [Fact]
    public async Task Artifacts_go_up_and_down()
    {
        using var client = Client();
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "in", "deep"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "in", "a b.txt"), "one", Ct);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "in", "deep", "c+.txt"), "two", Ct);
        await using var run = await client.StartRunAsync("files", s_own, Ct);

        await run.Artifacts.LogAsync(Path.Combine(folder.Path, "in"), "kept", Ct);
        await run.Artifacts.LogTextAsync("three", "notes/ü.txt", Ct);
        await run.Artifacts.DownloadAsync("", Path.Combine(folder.Path, "out"), Ct);

        Assert.Equal(["kept", "notes"], (await run.Artifacts.ListAsync(ct: Ct)).Select(entry => entry.Path));
        Assert.Equal("one", await File.ReadAllTextAsync(Path.Combine(folder.Path, "out", "kept", "a b.txt"), Ct));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(folder.Path, "out", "kept", "deep", "c+.txt"), Ct));
        Assert.Equal("three", await File.ReadAllTextAsync(Path.Combine(folder.Path, "out", "notes", "ü.txt"), Ct));
    }

    [Fact]
    public async Task A_stream_whose_upload_is_cut_is_sent_again_from_where_it_stood_and_left_open()
    {
        await using var proxy = new CuttingProxy(server.Address);
        using var client = new SlipwayClient(proxy.Address);
        await using var run = await client.StartRunAsync("cut upload", s_own, Ct);
        using var stream = new CountingStream("header:content"u8.ToArray()) { Begun = pass => proxy.Down = pass == 1 };
        stream.Position = 7;

        await run.Artifacts.LogAsync(stream, "kept.txt", Ct);

        await using var kept = await run.Artifacts.OpenAsync("kept.txt", Ct);
        using var reader = new StreamReader(kept);
        Assert.Equal("content", await reader.ReadToEndAsync(Ct));
        Assert.Equal(2, stream.Passes);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task A_run_that_throws_is_failed()
    {
        using var client = Client();
        var id = "";

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.Runs.RunAsync<int>(
            "thrown",
            run =>
            {
                id = run.Id;
                throw new InvalidOperationException("no data");
            },
            s_own,
            Ct));
        var info = await client.Runs.GetAsync(id, Ct);

        Assert.Equal((RunStatus.Failed, "no data"), (info.Status, info.Tags["error"]));
    }

    [Fact]
    public async Task The_example_trains_logs_and_registers()
    {
        using var client = Client();
        var csv = Repository.Path("examples/dotnet-client/delays.csv");

        var outcome = await DelayTraining.RunAsync(client, csv, Ct);
        var info = await client.Runs.GetAsync(outcome.RunId, Ct);
        var answer = await server.CallAsync("GET", "registered-models/get?name=delays-dotnet");

        Assert.True(info.Metrics["accuracy"] > 0.8, $"The accuracy is {info.Metrics["accuracy"]}.");
        Assert.Equal($"{outcome.Version}", (string)answer["registered_model"]!["aliases"]![0]!["version"]!);
    }

    private SlipwayClient Client() => new(server.Address);

    /// <summary>Tells when it is read from the beginning, or from where it began.</summary>
    private sealed class CountingStream(byte[] content) : MemoryStream(content)
    {
        public required Action<int> Begun { get; init; }

        public int Passes { get; private set; }

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            Begun(++Passes);
            return base.CopyToAsync(destination, bufferSize, cancellationToken);
        }
    }
}
