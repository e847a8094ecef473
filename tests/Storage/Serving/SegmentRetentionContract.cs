using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Profiles;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class SegmentRetentionContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private SegmentStore Segments => field ??= new SegmentStore(Database, Time);

    private ProfileStore Profiles => field ??= new ProfileStore(Database);

    private SegmentRetention Retention => field ??= new SegmentRetention(Database, new EndpointStore(Database), Time);

    [Fact]
    public async Task Answers_labels_and_profiles_are_forgotten_after_the_days_of_their_endpoint()
    {
        await GivenAsync("short", days: 2);
        await GivenAsync("long", days: null);
        foreach (var endpoint in new[] { "short", "long" })
        {
            await Segments.AddAnswersAsync(Segment(endpoint), Ct);
            await Segments.AddLabelsAsync(Segment(endpoint), Ct);
            await Profiles.AddAsync([Profile(endpoint)], Ct);
        }

        Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await Retention.ApplyAsync(RetentionRules.None, dryRun: false, Ct));
        Time.Advance(TimeSpan.FromDays(1.5));
        await Segments.AddAnswersAsync(Segment("short") with { Rows = 7 }, Ct);

        Assert.Equal(3, await Retention.ApplyAsync(RetentionRules.None, dryRun: true, Ct));
        Assert.Equal(3, await Retention.ApplyAsync(RetentionRules.None, dryRun: false, Ct));
        Assert.Equal([7L], (await AnswersAsync("short")).Select(segment => segment.Rows));
        Assert.Empty(await Segments.ListLabelsAsync(WorkspaceName.Default, "short", Ct));
        Assert.Single(await AnswersAsync("long"));
        Assert.Single(await Segments.ListLabelsAsync(WorkspaceName.Default, "long", Ct));
        Assert.Equal("long", Assert.Single(await Profiles.ListOldestAsync(10, Ct)).Owner.Endpoint);
    }

    [Fact]
    public async Task What_was_left_out_comes_back_as_it_was_kept()
    {
        await Segments.AddAnswersAsync(Segment("short") with { SampledOut = 5, OptedOut = 2, Masked = "a,b" }, Ct);

        var kept = Assert.Single(await AnswersAsync("short"));

        Assert.Equal((5, 2, "a,b"), (kept.SampledOut, kept.OptedOut, kept.Masked));
    }

    private Task<IReadOnlyList<Segment>> AnswersAsync(string endpoint) =>
        Segments.ListAnswersAsync(WorkspaceName.Default, endpoint, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), Ct);

    private Task GivenAsync(string endpoint, int? days) => Database.WriteAsync(
        async (tx, ct) =>
        {
            await EndpointStore.PutEndpointAsync(tx, Caller.System, endpoint, CollectMode.Drop, 0, ct);
            await EndpointStore.SetSettingsAsync(tx, WorkspaceName.Default, endpoint, EndpointSettings.Default with { RetentionDays = days }, 0, ct);
        },
        Ct);

    private KeptProfile Profile(string endpoint) => new(
        "p1", new ProfileOwner(WorkspaceName.Default, endpoint, "blue", "late", 1), new ProfileWindow(0, ProfileWindow.Minute), [1], Time.GetUtcNow().ToUnixTimeMilliseconds());

    private static Segment Segment(string endpoint) => new()
    {
        Workspace = "default",
        Endpoint = endpoint,
        Deployment = "blue",
        Model = "late",
        ModelVersion = 1,
        Digest = Digest.Of([]),
        Rows = 1,
        SizeBytes = 1,
        MinEventTime = 1,
        MaxEventTime = 1,
        MinRequest = "a",
        MaxRequest = "b",
    };
}

public sealed class SegmentRetentionOnSqlite() : SegmentRetentionContract(DatabaseProvider.Sqlite);

public sealed class SegmentRetentionOnPostgres() : SegmentRetentionContract(DatabaseProvider.Postgres);
