using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Lake.Gates;
using Slipway.Lake.Profiles;
using Slipway.Lake.Sql;
using Slipway.Lake.Tests;
using Slipway.Security;
using Slipway.Security.Access;
using Slipway.Security.Audit;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Lake;

public abstract class DataVersionContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly AssetName s_toy = AssetName.Parse("toy");
    private ContentStore _content = null!;
    private DataAssets _assets = null!;

    protected override IEnumerable<IMigrations> Modules =>
    [
        new EmbeddedMigrations("security", typeof(SecurityModule).Assembly),
        new EmbeddedMigrations("lake", typeof(LakeModule).Assembly),
    ];

    [Fact]
    public async Task Versions_count_upwards_and_latest_is_the_one_created_last()
    {
        await GivenLakeAsync();

        var first = await CreateAsync("a\n1");
        var second = await CreateAsync("a\n2");
        var named = await CreateAsync("a\n3", version: "1.5-beta");

        Assert.Equal(["1", "2", "1.5-beta"], [first.Version, second.Version, named.Version]);
        Assert.Equal("1.5-beta", (await _assets.FindAsync(Caller.System, s_toy, "latest", Ct))!.Version);
        Assert.Equal("3", (await CreateAsync("a\n4")).Version);
    }

    [Fact]
    public async Task A_version_that_exists_is_returned_for_the_same_content_and_refused_for_other()
    {
        await GivenLakeAsync();
        var first = await CreateAsync("a\n1", version: "7");

        var again = await CreateAsync("a\n1", version: "7");
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("a\n2", version: "7"));

        Assert.Equal(first.Tree, again.Tree);
        Assert.Equal(ErrorCode.AlreadyExists, refusal.Code);
    }

    [Fact]
    public async Task The_same_idempotency_key_makes_one_version()
    {
        await GivenLakeAsync();

        var first = await CreateAsync("a\n1", key: "job/step");
        var again = await CreateAsync("a\n2", key: "job/step");

        Assert.Equal(first.Version, again.Version);
        Assert.Equal(first.Tree, again.Tree);
    }

    [Fact]
    public async Task Of_two_that_build_on_the_same_version_one_is_refused()
    {
        await GivenLakeAsync();

        await CreateAsync("a\n1", builtOn: "");
        await CreateAsync("a\n2", builtOn: "1");
        var late = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("a\n3", builtOn: "1"));
        var first = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("a\n3", builtOn: ""));

        Assert.Equal((ErrorCode.AlreadyExists, ErrorCode.AlreadyExists), (late.Code, first.Code));
        Assert.Equal("3", (await CreateAsync("a\n3", builtOn: "2")).Version);
    }

    [Fact]
    public async Task What_may_be_used_since_a_time_comes_in_the_order_of_its_release()
    {
        await GivenLakeAsync();
        var store = new DataVersionStore(Database);
        var held = (await CreateAsync("a\n1")) with { Quarantine = "wrong" };
        await store.QuarantineAsync(held, Ct);
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        await CreateAsync("a\n2");
        Time.Advance(TimeSpan.FromHours(1));

        var before = await _assets.ListSinceAsync(Caller.System, s_toy, since, Ct);
        await store.ReleaseAsync(held with { ReleasedAt = Time.GetUtcNow() }, Ct);
        var after = await _assets.ListSinceAsync(Caller.System, s_toy, since, Ct);

        Assert.Equal(["2"], before.Select(version => version.Version));
        Assert.Equal(["2", "1"], after.Select(version => version.Version));
        Assert.Equal("2", (await store.FindAsOfAsync(WorkspaceName.Default, s_toy, since, Ct))!.Version);
    }

    [Fact]
    public async Task Writers_at_the_same_time_get_a_version_each()
    {
        await GivenLakeAsync();

        var created = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => CreateAsync($"a\n{i}")));

        Assert.Equal(
            Enumerable.Range(1, 8).Select(i => i.ToString()).Order(), created.Select(version => version.Version).Order());
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_page_by_page()
    {
        await GivenLakeAsync();
        for (var i = 0; i < 5; i++)
            await CreateAsync($"a\n{i}");

        var first = await _assets.ListVersionsAsync(Caller.System, s_toy, 3, null, Ct);
        var second = await _assets.ListVersionsAsync(Caller.System, s_toy, 3, first.NextToken, Ct);

        Assert.Equal(["5", "4", "3"], first.Items.Select(version => version.Version));
        Assert.Equal(["2", "1"], second.Items.Select(version => version.Version));
        Assert.Null(second.NextToken);
    }

    [Theory]
    [InlineData("'data:toy@1'", 1L)]
    [InlineData("'data:toy'", 2L)]
    [InlineData("'data:toy@latest'", 2L)]
    public async Task A_query_reads_the_version_that_it_names(string reference, long expected)
    {
        await GivenLakeAsync();
        await CreateAsync("a\n1\n");
        await CreateAsync("a\n2\n");
        var tables = Tables();

        var query = await tables.BindAsync(Caller.System, $"select max(a) from {reference}", Ct);
        using var connection = tables.ConnectSandboxed(query.Files, []);

        Assert.Equal(expected, connection.QueryScalar<long>(query.Sql));
        Assert.Single(query.Reads);
    }

    [Fact]
    public async Task A_query_sees_nothing_of_the_machine_but_what_it_names()
    {
        await GivenLakeAsync();
        await CreateAsync("a\n1\n");
        var secret = Path.Combine(Folder, "secret.csv");
        await File.WriteAllTextAsync(secret, "a\n1\n", Ct);
        var tables = Tables();
        var query = await tables.BindAsync(Caller.System, "select * from 'data:toy'", Ct);
        using var connection = tables.ConnectSandboxed(query.Files, []);

        foreach (var sql in new[]
        {
            $"select * from read_csv('{secret}')",
            $"copy (select 1) to '{Path.Combine(Folder, "out.csv")}'",
            "set enable_external_access = true",
            $"attach '{Path.Combine(Folder, "x.db")}' as x",
        })
        {
            Assert.Equal(ErrorCode.EngineFailed, Assert.Throws<SlipwayException>(() => connection.Execute(sql)).Code);
        }
    }

    [Fact]
    public async Task A_reference_to_a_version_that_does_not_exist_is_refused()
    {
        await GivenLakeAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => Tables().BindAsync(Caller.System, "select * from 'data:toy@9'", Ct));

        Assert.Equal("Data version 'toy@9' does not exist.", refusal.Message);
    }

    private LakeTables Tables()
    {
        var roles = new RoleStore(Database, Time);
        return new LakeTables(
            _content,
            new DataVersionStore(Database),
            new RoleAccess(roles, new AuditLog(Database, Time)),
            new LakeOptions { TempFolder = Path.Combine(Folder, "temp"), Threads = 1 });
    }

    private async Task GivenLakeAsync()
    {
        _content = new ContentStore(new LocalBlobStore(Folder), new BlobCache(Path.Combine(Folder, "cache"), 1L << 40, TimeProvider.System));
        var roles = new RoleStore(Database, Time);
        var audit = new AuditLog(Database, Time);
        await roles.CreateWorkspaceAsync(Caller.System, WorkspaceName.Default, Ct);
        var runs = new DataTestRuns(Database, Time);
        var options = new LakeOptions { TempFolder = Path.Combine(Folder, "temp"), Threads = 1 };
        var profiles = new DataProfiles(
            Tables(), new DataVersionStore(Database), new RoleAccess(roles, audit), new ProfileStore(Database, Time), options);
        _assets = new DataAssets(
            Database,
            new DataVersionStore(Database),
            _content,
            new DataGates(new GateStore(Database), Tables(), new DataTests(Tables(), profiles, runs, options, Time)),
            runs,
            new RoleAccess(roles, audit),
            audit,
            new Events(new ServiceCollection().BuildServiceProvider(), NullLogger<Events>.Instance),
            Time);
    }

    private async Task<DataVersion> CreateAsync(string csv, string? version = null, string? key = null, string? builtOn = null)
    {
        var blob = await _content.PutBytesAsync(System.Text.Encoding.UTF8.GetBytes(csv), Ct);
        var tree = await _content.PutTreeAsync([new TreeEntry("part.csv", blob.Digest, blob.Size)], Ct);
        return await _assets.CreateAsync(
            Caller.System,
            new NewDataVersion { Name = s_toy, Tree = tree.Digest, Version = version, IdempotencyKey = key, BuiltOn = builtOn },
            Ct);
    }
}

public sealed class DataVersionOnSqlite() : DataVersionContract(DatabaseProvider.Sqlite);

public sealed class DataVersionOnPostgres() : DataVersionContract(DatabaseProvider.Postgres);
