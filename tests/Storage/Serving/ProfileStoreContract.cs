using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Profiles;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class ProfileStoreContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const long Minute = ProfileWindow.Minute, Hour = ProfileWindow.Hour;

    private static readonly ProfileOwner s_blue = new(WorkspaceName.Default, "flights", "blue", "late", 1);
    private int _made;

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private ProfileStore Store => field ??= new ProfileStore(Database);

    private long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task A_profile_that_is_written_twice_is_kept_once_and_comes_back_as_it_was()
    {
        var profile = Profile(s_blue, Now, Minute, 1, 2);
        await Store.AddAsync([profile], Ct);
        await Store.AddAsync([profile, Profile(s_blue with { Deployment = "green" }, Now, Minute, 3)], Ct);

        var kept = await Store.ListAsync(WorkspaceName.Default, "flights", "blue", Now, Now + 1, Ct);

        var one = Assert.Single(kept);
        Assert.Equal(profile with { Profile = [] }, one with { Profile = [] });
        Assert.Equal(profile.Profile, one.Profile);
        Assert.Equal(2, (await Store.ListAsync(WorkspaceName.Default, "flights", null, Now, Now + 1, Ct)).Count);
    }

    [Fact]
    public async Task Windows_that_adjoin_share_no_profile()
    {
        await Store.AddAsync([.. Enumerable.Range(0, 10).Select(i => Profile(s_blue, Now + (i * Minute), Minute, i))], Ct);
        var middle = Now + (4 * Minute) + 1;

        var before = await Store.ListAsync(WorkspaceName.Default, "flights", null, Now, middle, Ct);
        var after = await Store.ListAsync(WorkspaceName.Default, "flights", null, middle, Now + Hour, Ct);

        Assert.Equal((5, 5), (before.Count, after.Count));
    }

    [Fact]
    public async Task Old_minutes_become_hours_and_old_hours_days_and_nothing_is_lost()
    {
        var begun = Now;
        await Store.AddAsync([.. Enumerable.Range(0, 120).Select(i => Profile(s_blue, begun + (i * Minute), Minute, i, i + 0.5))], Ct);
        await Store.AddAsync([Profile(s_blue with { ModelVersion = 2 }, begun, Minute, 7)], Ct);
        var join = new JoinProfiles(Store, Time);

        Assert.Equal(0, await join.RunAsync(Ct));
        Time.Advance(JoinProfiles.MinutesFor + TimeSpan.FromMinutes(1));
        Assert.Equal(3, await join.RunAsync(Ct));
        Assert.Equal([(begun, Hour, 120L), (begun, Hour, 1), (begun + Hour, Hour, 120)], await WindowsAsync(begun));
        Time.Advance(JoinProfiles.HoursFor);
        Assert.Equal(2, await join.RunAsync(Ct));
        Assert.Equal([(begun, ProfileWindow.Day, 240L), (begun, ProfileWindow.Day, 1)], await WindowsAsync(begun));
        Assert.Equal(0, await join.RunAsync(Ct));
    }

    [Fact]
    public async Task Of_two_servers_that_join_the_same_parts_one_does()
    {
        KeptProfile[] parts = [Profile(s_blue, Now, Minute, 1), Profile(s_blue, Now + Minute, Minute, 2)];
        await Store.AddAsync(parts, Ct);
        var whole = Profile(s_blue, Now, Hour, 1, 2);

        Assert.True(await Store.ReplaceAsync(parts, whole, Ct));
        Assert.False(await Store.ReplaceAsync([Profile(s_blue, Now, Minute, 9), .. parts], Profile(s_blue, Now, Hour, 1, 2), Ct));

        Assert.Equal(whole.Id, Assert.Single(await Store.ListAsync(WorkspaceName.Default, "flights", null, Now, Now + Hour, Ct)).Id);
    }

    [Fact]
    public async Task The_newest_are_kept_when_there_are_too_many()
    {
        for (var i = 0; i < 5; i++)
        {
            await Store.AddAsync([Profile(s_blue, Now, Minute, i)], Ct);
            Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(0, await Store.KeepAsync(5, Ct));
        Assert.Equal(2, await Store.KeepAsync(3, Ct));
        var left = await Store.ListOldestAsync(10, Ct);
        Assert.Equal(["p3", "p4", "p5"], left.Select(profile => profile.Id));
        await Store.DeleteAsync(left[0], Ct);
        Assert.Equal("p4", (await Store.ListOldestAsync(1, Ct)).Single().Id);
    }

    private async Task<List<(long, long, long)>> WindowsAsync(long from) =>
    [
        .. (await Store.ListAsync(WorkspaceName.Default, "flights", null, from, Now, Ct))
            .OrderBy(kept => kept.Window.Start).ThenBy(kept => kept.Owner.ModelVersion)
            .Select(kept => (kept.Window.Start, kept.Window.Width, Rows(kept))),
    ];

    private static long Rows(KeptProfile kept)
    {
        var profile = new AnswerProfile();
        profile.Merge(kept.Profile);
        return profile.Rows;
    }

    private KeptProfile Profile(ProfileOwner owner, long start, long width, params double[] values)
    {
        var column = new AnswerColumn("input_hour", FeatureType.Numeric);
        column.Add(values);
        var profile = new AnswerProfile([column]);
        profile.AddRows(values.Length);
        return new KeptProfile($"p{++_made}", owner, new ProfileWindow(start, start + width), profile.ToBytes(), Now);
    }
}

public sealed class ProfileStoreOnSqlite() : ProfileStoreContract(DatabaseProvider.Sqlite);

public sealed class ProfileStoreOnPostgres() : ProfileStoreContract(DatabaseProvider.Postgres);
