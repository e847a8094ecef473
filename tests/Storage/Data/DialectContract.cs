using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>What both databases say in words of their own means the same.</summary>
public abstract class DialectContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    [Fact]
    public async Task A_list_matches_any_of_its_values_and_an_empty_list_none()
    {
        await Database.WriteAsync(
            (tx, ct) => tx.ExecuteAsync("create table numbers as select 1 as n union all select 2 union all select 3", null, ct), Ct);

        Assert.Equal([1, 3], await FilterAsync(Database.Dialect.AnyOf("n", "@List"), [1, 3, 5]));
        Assert.Empty(await FilterAsync(Database.Dialect.AnyOf("n", "@List"), []));
        Assert.Equal([2], await FilterAsync(Database.Dialect.NoneOf("n", "@List"), [1, 3, 5]));
        Assert.Equal([1, 2, 3], await FilterAsync(Database.Dialect.NoneOf("n", "@List"), []));
    }

    [Theory]
    [InlineData("Flights-2024", "Flights%", true, true)]
    [InlineData("Flights-2024", "flights%", false, true)]
    [InlineData("Flights-2024", "flights", false, false)]
    [InlineData("Flights_2024", @"Flights\_2024", true, true)]
    [InlineData("Flights-2024", @"Flights\_2024", false, false)]
    [InlineData("Flights-2024", "Flights_2024", true, true)]
    public async Task Like_heeds_case_and_ilike_does_not(string text, string pattern, bool like, bool ilike)
    {
        var sql = $"select {Database.Dialect.Like("t", "@Pattern")} as a, {Database.Dialect.ILike("t", "@Pattern")} as b from (select cast(@Text as text) as t) x";

        var read = await Database.FindAsync<Matches>(sql, new { Text = text, Pattern = pattern }, Ct);
        var written = await Database.WriteAsync((tx, ct) => tx.FindAsync<Matches>(sql, new { Text = text, Pattern = pattern }, ct), Ct);

        Assert.Equal(new Matches { A = like, B = ilike }, read);
        Assert.Equal(read, written);
    }

    private Task<IReadOnlyList<int>> FilterAsync(string condition, int[] list) =>
        Database.QueryAsync<int>($"select n from numbers where {condition} order by n", new { List = list }, Ct);

    private sealed record Matches
    {
        public required bool A { get; init; }

        public required bool B { get; init; }
    }
}

public sealed class DialectOfSqlite() : DialectContract(DatabaseProvider.Sqlite);

public sealed class DialectOfPostgres() : DialectContract(DatabaseProvider.Postgres);
