using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Registry;

public abstract class RegistryContract(DatabaseProvider provider) : RegistryTests(provider)
{
    [Fact]
    public async Task The_tables_of_the_registry_are_the_reviewed_ones() =>
        await Golden.MatchAsync(await SchemaDump.OfAsync(Database, RegistryMigrations, Ct), $"schema.{Database.Provider}.txt");

    [Fact]
    public async Task Versions_count_up_and_are_found_by_number_alias_and_latest()
    {
        var first = await RegisterAsync("flights", "one");
        var second = await RegisterAsync("flights", "two");
        await Registry.SetAliasAsync(Ann, "flights", "champion", 1, "it is better", Ct);

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(1, (await Registry.FindAsync(Ann, "flights@champion", Ct))!.Number);
        Assert.Equal(second.Tree, (await Registry.FindAsync(Ann, "flights@latest", Ct))!.Tree);
        Assert.Equal(["champion"], (await Registry.FindAsync(Ann, "flights:1", Ct))!.Aliases);
        Assert.Null(await Registry.FindAsync(Ann, "flights:3", Ct));
        Assert.Null(await Registry.FindAsync(new Caller(WorkspaceName.Parse("other"), "ann"), "flights:1", Ct));
    }

    [Fact]
    public async Task A_registration_that_is_sent_twice_makes_one_version()
    {
        var first = await RegisterAsync("flights", "one", key: "step-7");
        var again = await RegisterAsync("flights", "one", key: "step-7");

        Assert.Equal(first, again with { Tags = first.Tags, Aliases = first.Aliases });
        Assert.Null(await Registry.FindAsync(Ann, "flights:2", Ct));
    }

    [Fact]
    public async Task An_alias_cannot_point_at_a_version_that_is_not_there()
    {
        await RegisterAsync("flights", "one");

        var absent = await Assert.ThrowsAsync<SlipwayException>(() => Registry.SetAliasAsync(Ann, "flights", "champion", 2, "", Ct));
        var reserved = await Assert.ThrowsAsync<SlipwayException>(() => Registry.SetAliasAsync(Ann, "flights", "v2", 1, "", Ct));

        Assert.Equal((ErrorCode.NotFound, ErrorCode.InvalidParameter), (absent.Code, reserved.Code));
    }

    [Fact]
    public async Task The_history_tells_what_happened_in_order_and_who_did_it()
    {
        await RegisterAsync("flights", "one");
        await Registry.SetAliasAsync(Ann, "flights", "champion", 1, "first", Ct);
        await Registry.SetAliasAsync(Ann, "flights", "champion", 1, "again", Ct);

        var events = await Part<IModelHistory>().ListAsync(Ann, "flights", Ct);

        Assert.Equal(
            ["1 registered registered ann", "1 alias champion: first ann"],
            events.Select(one => $"{one.Number} {one.Act} {one.Reason} {one.Principal}"));
    }

    [Fact]
    public async Task A_gate_decision_is_kept_once_and_the_newest_counts()
    {
        await RegisterAsync("flights", "one");
        var gates = Part<IGateLog>();
        await gates.RecordAsync(Ann, Decision("a", accepted: false), ["run:1"], Ct);
        await gates.RecordAsync(Ann, Decision("a", accepted: false), ["run:1"], Ct);
        Time.Advance(TimeSpan.FromSeconds(1));
        await gates.RecordAsync(Ann, Decision("b", accepted: true), ["run:1"], Ct);

        Assert.Equal(["b", "a"], (await gates.ListAsync(Ann, "flights", Ct)).Select(decision => decision.Id));
        Assert.True((await gates.FindAsync(Ann, "flights", 1, Ct))!.Accepted);
        Assert.Null(await gates.FindAsync(Ann, "flights", 2, Ct));
        Assert.Equal(
            ["registered", "rejected", "accepted"],
            (await Part<IModelHistory>().ListAsync(Ann, "flights", Ct)).Select(one => one.Act));
    }
}

public sealed class RegistryOnSqlite() : RegistryContract(DatabaseProvider.Sqlite);

public sealed class RegistryOnPostgres() : RegistryContract(DatabaseProvider.Postgres);
