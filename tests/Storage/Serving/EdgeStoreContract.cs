using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Collection;
using Slipway.Serving.Edge;
using Slipway.Serving.Online;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class EdgeStoreContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Caller s_ann = new(WorkspaceName.Default, "ann");

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private InstanceStore Instances => field ??= new InstanceStore(Database, Time);

    private SegmentStore Segments => field ??= new SegmentStore(Database, Time);

    private CredentialStore Credentials => field ??= new CredentialStore(Database, Time);

    [Fact]
    public async Task An_instance_is_known_by_what_it_told_last_until_it_was_silent_for_a_week()
    {
        await Instances.PutAsync(WorkspaceName.Default, "flights", Report("a", rows: 1), Ct);
        Time.Advance(TimeSpan.FromDays(6));
        await Instances.PutAsync(WorkspaceName.Default, "flights", Report("b", rows: 2), Ct);
        await Instances.PutAsync(WorkspaceName.Default, "flights", Report("b", rows: 3), Ct);
        var both = await Instances.ListAsync(WorkspaceName.Default, "flights", Ct);
        Time.Advance(TimeSpan.FromDays(2));
        await Instances.PutAsync(WorkspaceName.Default, "flights", Report("b", rows: 4), Ct);

        var one = await Instances.ListAsync(WorkspaceName.Default, "flights", Ct);

        Assert.Equal(2, both.Count);
        Assert.Contains("\"lostRows\":3", both[1].Report, StringComparison.Ordinal);
        Assert.Contains("\"lostRows\":4", Assert.Single(one).Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_that_is_told_twice_is_listed_once_and_can_be_forgotten()
    {
        var segment = Segment("flights", Digest.Of("one"u8));
        await Segments.AddAnswersOnceAsync(segment, Ct);
        await Segments.AddAnswersOnceAsync(segment, Ct);
        await Segments.AddAnswersOnceAsync(Segment("trains", Digest.Of("one"u8)), Ct);
        var told = await Segments.ListOldestAsync(Ct);
        await Segments.DeleteAnswersAsync(segment, Ct);

        var left = await Segments.ListOldestAsync(Ct);

        Assert.Equal(["flights", "trains"], told.Select(found => found.Endpoint));
        Assert.Equal("trains", Assert.Single(left).Endpoint);
    }

    [Fact]
    public async Task Credentials_that_are_taken_over_replace_those_of_before()
    {
        await Credentials.PutAsync(s_ann, "flights", "primary", "old", expires: null, Ct);
        await Credentials.PutAsync(s_ann, "flights", CredentialStore.Token, "expired", Time.GetUtcNow() - TimeSpan.FromHours(1), Ct);
        var listed = await Credentials.ListAsync(WorkspaceName.Default, "flights", Ct);

        await Credentials.ReplaceAsync(s_ann, "flights", [new EdgeCredential("primary", "new", null)], Ct);

        Assert.Equal("old", Assert.Single(listed).Hash);
        Assert.Null(await Credentials.FindKindAsync(WorkspaceName.Default, "flights", "old", Ct));
        Assert.Equal("primary", await Credentials.FindKindAsync(WorkspaceName.Default, "flights", "new", Ct));
    }

    private static EdgeReport Report(string instance, long rows) =>
        new(instance, "host", DateTimeOffset.UnixEpoch, "sha256:1", rows, 0, []);

    private static Segment Segment(string endpoint, Digest digest) => new()
    {
        Workspace = "default",
        Endpoint = endpoint,
        Deployment = "blue",
        Model = "late",
        ModelVersion = 1,
        Digest = digest,
        Rows = 1,
        SizeBytes = 1,
        MinRequest = "a",
        MaxRequest = "b",
    };
}

public sealed class EdgeStoreOnSqlite() : EdgeStoreContract(DatabaseProvider.Sqlite);

public sealed class EdgeStoreOnPostgres() : EdgeStoreContract(DatabaseProvider.Postgres);
