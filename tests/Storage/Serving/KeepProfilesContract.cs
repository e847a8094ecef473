using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Collection;
using Slipway.Serving.Profiles;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;

namespace Slipway.Storage.Serving;

/// <summary>From an answer in a slot to profiles in the database.</summary>
public abstract class KeepProfilesContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly ProfileOwner s_blue = new(WorkspaceName.Default, "flights", "blue", "late", 1);
    private static readonly TrainingProfile s_training = new(
        4, [FeatureProfile.OfNumbers("distance", [1, 2, 2, 3]), FeatureProfile.OfCategories("carrier", [KeyValuePair.Create("AA", 4L)], 0)]);

    private KeepProfiles _keep = null!;

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private ProfileStore Store => field ??= new ProfileStore(Database);

    [Fact]
    public async Task Answers_are_counted_column_by_column_in_the_minute_in_which_they_were_given()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        for (var i = 0; i < 3; i++)
        {
            recorder.Record(await deployment.ScoredAsync(4), Time.GetUtcNow(), isKept: true);
            Time.Advance(TimeSpan.FromSeconds(35));
        }

        await _keep.FlushAsync(Ct);

        var kept = await KeptAsync();
        Assert.Equal([8L, 4], kept.Select(one => one.Profile.Rows));
        Assert.Equal([60_000L, 60_000], kept.Select(one => one.Window.Width));
        var distance = kept[0].Profile.Find("input_distance")!;
        Assert.Equal((8, 2.5, 1, 4), (distance.Count, Math.Round(distance.Moments.Mean, 9), distance.Moments.Min, distance.Moments.Max));
        Assert.Equal([0, 2, 2, 2, 2, 0], distance.Bins.ToArray());
        Assert.Equal([8, 0, 0], kept[0].Profile.Find("input_carrier")!.Bins.ToArray());
        Assert.Equal(8, kept[0].Profile.Find("output_score")!.Count);
    }

    [Fact]
    public async Task What_a_replay_tells_goes_to_the_hours_in_which_it_happened()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        var past = Time.GetUtcNow().AddYears(-1);
        for (var i = 0; i < 6; i++)
            recorder.Record(await deployment.ScoredAsync(1), past.AddMinutes(30 * i), isKept: true);
        recorder.Record(await deployment.ScoredAsync(1), past.AddMinutes(10), isKept: true);

        await _keep.FlushAsync(Ct);

        Assert.Equal([(0, 3L), (1, 2), (2, 2)], (await KeptAsync()).Select(one => ((int)((one.Window.Start - past.ToUnixTimeMilliseconds()) / ProfileWindow.Hour), one.Profile.Rows)));
    }

    [Fact]
    public async Task A_minute_is_written_when_it_is_over_and_the_rest_when_the_server_stops()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        await _keep.StartAsync(Ct);
        recorder.Record(await deployment.ScoredAsync(2), Time.GetUtcNow(), isKept: true);
        while ((await KeptAsync()).Count == 0)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(1, Ct);
        }

        recorder.Record(await deployment.ScoredAsync(3), Time.GetUtcNow(), isKept: true);
        await _keep.StopAsync(Ct);

        Assert.Equal([2L, 3], (await KeptAsync()).Select(one => one.Profile.Rows));
    }

    [Fact]
    public async Task Who_wants_nothing_kept_is_counted_and_no_more_and_masked_columns_are_left_out()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var rule = CollectionRule.Read(new() { SamplingRate = 0, Mask = "carrier=hash" }, [1]);
        var recorder = GivenRecorder(deployment, rule);
        recorder.Record(await deployment.ScoredAsync(2), Time.GetUtcNow(), isKept: true);
        recorder.Record(await deployment.ScoredAsync(5), Time.GetUtcNow(), isKept: false);

        await _keep.FlushAsync(Ct);

        var profile = Assert.Single(await KeptAsync()).Profile;
        Assert.Equal((2, 5, 2), (profile.Rows, profile.OptedOut, profile.Find("input_distance")!.Count));
        Assert.Null(profile.Find("input_carrier"));
    }

    [Fact]
    public async Task Threads_that_answer_at_once_lose_no_row()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        var slot = await deployment.ScoredAsync(10);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), Ct, async (i, ct) =>
        {
            recorder.Record(slot, Time.GetUtcNow(), isKept: true);
            if (i % 500 == 0)
                await _keep.FlushAsync(ct);
        });
        await _keep.FlushAsync(Ct);

        Assert.Equal(20_000, (await KeptAsync()).Sum(one => one.Profile.Find("input_distance")!.Count));
    }

    [Fact]
    public async Task Two_servers_on_one_database_are_added_up()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        GivenRecorder(deployment).Record(await deployment.ScoredAsync(2), Time.GetUtcNow(), isKept: true);
        await _keep.FlushAsync(Ct);
        _keep.Dispose();
        await using var elsewhere = Open();
        GivenRecorder(deployment, store: new ProfileStore(elsewhere)).Record(await deployment.ScoredAsync(4), Time.GetUtcNow(), isKept: true);
        await _keep.FlushAsync(Ct);

        var sum = new AnswerProfile();
        foreach (var kept in await Store.ListOldestAsync(10, Ct))
            sum.Merge(kept.Profile);

        Assert.Equal(6, sum.Rows);
        Assert.Equal(13.0 / 6, sum.Find("input_distance")!.Moments.Mean, 9);
        Assert.Equal([0, 2, 2, 1, 1, 0], sum.Find("input_distance")!.Bins.ToArray());
    }

    [Fact]
    public async Task What_a_deployment_answered_last_is_written_after_it_is_gone()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        recorder.Record(await deployment.ScoredAsync(2), Time.GetUtcNow(), isKept: true);
        recorder.End();

        await _keep.FlushAsync(Ct);
        recorder.Record(await deployment.ScoredAsync(2), Time.GetUtcNow(), isKept: true);
        await _keep.FlushAsync(Ct);

        Assert.Equal(2, Assert.Single(await KeptAsync()).Profile.Rows);
    }

    [Fact]
    public async Task What_could_not_be_written_is_written_once_when_the_database_is_back()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var recorder = GivenRecorder(deployment);
        recorder.Record(await deployment.ScoredAsync(3), Time.GetUtcNow(), isKept: true);
        await Database.ExecuteAsync("alter table answer_profiles rename to away", null, Ct);
        await Assert.ThrowsAnyAsync<Exception>(() => _keep.FlushAsync(Ct));
        recorder.Record(await deployment.ScoredAsync(4), Time.GetUtcNow(), isKept: true);
        await Database.ExecuteAsync("alter table away rename to answer_profiles", null, Ct);

        await _keep.FlushAsync(Ct);
        await _keep.FlushAsync(Ct);

        Assert.Equal([3L, 4], (await KeptAsync()).Select(one => one.Profile.Rows));
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _keep.Dispose();
        await base.DisposeAsync();
    }

    private ProfileRecorder GivenRecorder(ScoredDeployment deployment, CollectionRule? rule = null, ProfileStore? store = null)
    {
        _keep = new KeepProfiles(store ?? Store, Database, Time, NullLogger<KeepProfiles>.Instance);
        var recorder = new ProfileRecorder(s_blue, () => ColumnPlan.Create(deployment.Model, rule ?? CollectionRule.All), s_training, Time);
        _keep.Watch(recorder);
        return recorder;
    }

    private async Task<List<(ProfileWindow Window, AnswerProfile Profile)>> KeptAsync() =>
    [
        .. (await Store.ListOldestAsync(100, Ct)).OrderBy(kept => kept.Window.Start).ThenBy(kept => kept.Profile.Length).Select(kept =>
        {
            var profile = new AnswerProfile();
            profile.Merge(kept.Profile);
            return (kept.Window, profile);
        }),
    ];
}

public sealed class KeepProfilesOnSqlite() : KeepProfilesContract(DatabaseProvider.Sqlite);

public sealed class KeepProfilesOnPostgres() : KeepProfilesContract(DatabaseProvider.Postgres);
