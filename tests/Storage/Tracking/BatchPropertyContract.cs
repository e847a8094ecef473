using FsCheck;
using FsCheck.Fluent;
using Slipway.Data;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class BatchPropertyContract(DatabaseProvider provider) : TrackingContract(provider)
{
    private const int Cases = 12;

    // Few keys, times, steps and values, so that batches meet on the same rows and points repeat.
    private static readonly Gen<StoredPoint> s_point =
        Gen.Choose(1, 4).SelectMany(key => Gen.Choose(0, 3).SelectMany(time => Gen.Choose(0, 3).SelectMany(step =>
            Gen.Choose(-2, 3).Select(value => StoredPoint.Of(key, value == 3 ? double.NaN : value, time, step)))));

    [Fact]
    public async Task Batches_of_one_run_in_any_interleaving_lose_no_point_and_keep_the_latest_values_right()
    {
        await Part<MetricKeys>().GetAsync(["a", "b", "c", "d"], Ct);
        foreach (var batches in Gen.Sample(s_point.ListOf(30).Select(points => points.ToArray()).ListOf(10), 10, Cases))
        {
            var id = await GivenRunAsync();

            // Each batch twice, as a client does that got no answer.
            await Task.WhenAll(batches.Concat(batches).Select(points => Task.Run(() => Part<LogBatch>().RunAsync(
                Ann, id, new Batch { Points = points, Tags = [new("team", "y"), new("mlflow.runName", "z")] }, Ct))));

            var run = await Part<RunStore>().GetAsync(Ann.Workspace, id, Ct);
            var expected = batches.SelectMany(points => points).Distinct().ToArray();
            Assert.Equal(expected.ToHashSet(), [.. await PointsAsync(run.No)]);
            var latest = await Database.QueryAsync<Latest>(
                "select key_no, time, step, value, is_nan from latest_metrics where run_no = @No", new { run.No }, Ct);
            Assert.Equal(
                StoredPoint.LatestOf(expected),
                latest.Select(row => new StoredPoint(row.KeyNo, row.Time, row.Step, row.Value, row.IsNan)).OrderBy(point => point.KeyNo));
        }
    }

    private async Task<List<StoredPoint>> PointsAsync(long run)
    {
        var points = new List<StoredPoint>();
        for (var key = 1; key <= 4; key++)
        {
            await foreach (var point in Part<MetricStore>().ReadAsync(run, key, null, long.MaxValue, Ct))
                points.Add(point);
        }

        return points;
    }

    private sealed record Latest
    {
        public required long KeyNo { get; init; }

        public required long Time { get; init; }

        public required long Step { get; init; }

        public required double Value { get; init; }

        public required bool IsNan { get; init; }
    }
}

public sealed class BatchPropertyOnSqlite() : BatchPropertyContract(DatabaseProvider.Sqlite);

public sealed class BatchPropertyOnPostgres() : BatchPropertyContract(DatabaseProvider.Postgres);
