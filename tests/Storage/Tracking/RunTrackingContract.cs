using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class RunTrackingContract(DatabaseProvider provider) : TrackingContract(provider)
{
    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>();

    [Fact]
    public async Task Starting_a_run_that_exists_returns_it_unchanged()
    {
        var wanted = new NewRun { Id = "job-1", Experiment = "flights", Name = "train" };
        var first = await Tracking.StartRunAsync(Ann, wanted, Ct);
        await LogAsync(first.Id, new MetricPoint("auc", 0.7, 1, Time.GetUtcNow()));

        var again = await Tracking.StartRunAsync(Ann, wanted with { Name = "other" }, Ct);

        Assert.Equal((first.Id, "train"), (again.Id, again.Name));
        Assert.Equal(0.7, again.Metrics["auc"]);
    }

    [Fact]
    public async Task The_same_point_twice_is_one_point_and_the_latest_is_kept()
    {
        var run = await GivenRunAsync();
        var point = new MetricPoint("loss", 2, 5, Time.GetUtcNow());

        await LogAsync(run, point, point, point with { Step = 4, Value = 9 });
        await LogAsync(run, point);

        Assert.Equal(2, (await Tracking.FindRunAsync(Ann, run, Ct))!.Metrics["loss"]);
        Assert.Equal(2, await Database.FindAsync<long>("select count(*) from metrics", null, Ct));
    }

    [Fact]
    public async Task NaN_and_infinities_come_back()
    {
        var run = await GivenRunAsync();

        await LogAsync(
            run,
            new MetricPoint("nan", double.NaN, 0, Time.GetUtcNow()),
            new MetricPoint("up", double.PositiveInfinity, 0, Time.GetUtcNow()),
            new MetricPoint("down", double.NegativeInfinity, 0, Time.GetUtcNow()));
        var metrics = (await Tracking.FindRunAsync(Ann, run, Ct))!.Metrics;

        Assert.True(double.IsNaN(metrics["nan"]));
        Assert.Equal((double.MaxValue, double.MinValue), (metrics["up"], metrics["down"]));
    }

    [Fact]
    public async Task A_param_never_changes_and_its_batch_leaves_nothing()
    {
        var run = await GivenRunAsync();
        await Tracking.LogAsync(Ann, run, [], new Dictionary<string, string> { ["lr"] = "0.1" }, s_none, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Tracking.LogAsync(
            Ann,
            run,
            [new MetricPoint("auc", 1, 0, Time.GetUtcNow())],
            new Dictionary<string, string> { ["lr"] = "0.2", ["depth"] = "6" },
            new Dictionary<string, string> { ["team"] = "blue" },
            Ct));
        var found = (await Tracking.FindRunAsync(Ann, run, Ct))!;

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Equal("0.1", found.Params["lr"]);
        Assert.Empty(found.Metrics);
        Assert.Single(found.Params);
        Assert.False(found.Tags.ContainsKey("team"));
    }

    [Fact]
    public async Task Concurrent_batches_to_one_run_lose_no_point_and_agree_on_the_latest()
    {
        var run = await GivenRunAsync();
        var keys = Enumerable.Range(0, 20).Select(i => $"m{i}").ToArray();

        await Parallel.ForEachAsync(Enumerable.Range(0, 16), Ct, async (batch, ct) =>
        {
            // Each batch names the keys in another order: none may wait for the other in a circle.
            var points = keys.OrderBy(key => (key.GetHashCode(StringComparison.Ordinal) * (batch + 3)) & 255)
                .Select(key => new MetricPoint(key, batch, batch * 7 % 16, DateTimeOffset.UnixEpoch));
            var tags = keys.Reverse().ToDictionary(key => key, _ => batch.ToString(provider: null));
            await Tracking.LogAsync(Ann, run, [.. points], s_none, tags, ct);
        });

        var latest = (await Tracking.FindRunAsync(Ann, run, Ct))!.Metrics;
        Assert.Equal(20 * 16, await Database.FindAsync<long>("select count(*) from metrics", null, Ct));

        // The greatest step is 15, and 15 = batch * 7 % 16 for batch 9.
        Assert.All(keys, key => Assert.Equal(9, latest[key]));
    }

    [Fact]
    public async Task Another_workspace_sees_nothing_of_a_run()
    {
        var run = await GivenRunAsync();
        var other = new Caller(WorkspaceName.Parse("other"), "eve");

        Assert.Null(await Tracking.FindRunAsync(other, run, Ct));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => Tracking.LogAsync(other, run, [], new Dictionary<string, string> { ["a"] = "b" }, s_none, Ct));
        Assert.Equal(ErrorCode.NotFound, refusal.Code);
    }

    [Fact]
    public async Task Artifacts_of_a_run_are_one_tree()
    {
        var run = await GivenRunAsync();
        var contents = Part<ContentStore>();
        var blob = await contents.PutBytesAsync("hello"u8.ToArray(), Ct);
        var tree = await contents.PutTreeAsync([new TreeEntry("a/b.txt", blob.Digest, blob.Size), new TreeEntry("c.txt", blob.Digest, blob.Size)], Ct);

        Assert.Empty((await Tracking.ArtifactsAsync(Ann, run, Ct)).Entries);
        await Tracking.LogArtifactsAsync(Ann, run, "model", tree.Digest, Ct);
        await Tracking.LogArtifactsAsync(Ann, run, "", tree.Digest, Ct);
        var artifacts = await Tracking.ArtifactsAsync(Ann, run, Ct);

        Assert.Equal(["a/b.txt", "c.txt", "model/a/b.txt", "model/c.txt"], artifacts.Entries.Select(entry => entry.Path));
        Assert.All(artifacts.Entries, entry => Assert.Equal(blob.Digest, entry.Digest));
    }

    [Fact]
    public async Task A_finished_run_has_its_end()
    {
        var run = await GivenRunAsync();
        Time.Advance(TimeSpan.FromSeconds(3));

        await Tracking.FinishRunAsync(Ann, run, RunStatus.Failed, Ct);
        var found = (await Tracking.FindRunAsync(Ann, run, Ct))!;

        Assert.Equal((RunStatus.Failed, found.StartedAt.AddSeconds(3)), (found.Status, found.EndedAt));
    }

    private Task LogAsync(string run, params MetricPoint[] points) => Tracking.LogAsync(Ann, run, points, s_none, s_none, Ct);
}

public sealed class RunTrackingOnSqlite() : RunTrackingContract(DatabaseProvider.Sqlite);

public sealed class RunTrackingOnPostgres() : RunTrackingContract(DatabaseProvider.Postgres);
