using Microsoft.Extensions.Logging;
using Npgsql;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>A PostgreSQL that is there and has no connection left is not taken for one that is away.</summary>
public sealed class DatabaseExhaustedTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly Postgres _postgres = new();
    private readonly KeptLog _log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>May have one connection.</summary>
    private string Guest => _postgres.Schema + "_guest";

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        await ExecuteAsync($"create role {Guest} login password 'guest' connection limit 1");
    }

    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync($"drop role {Guest}");
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task Whose_pool_is_used_up_is_told_to_make_it_larger_and_is_served_when_one_is_given_back()
    {
        await using var database = Connect(builder => (builder.MaxPoolSize, builder.Timeout) = (2, 5));
        await using var one = await database.OpenAsync(Ct);
        await using (await database.OpenAsync(Ct))
        {
            var refused = await Task.WhenAll(
                RefusedAsync(database, () => database.OpenAsync(Ct)),
                RefusedAsync(database, () => database.WriteAsync((_, _) => Task.FromResult(1), Ct)));

            Assert.All(refused, sentence => Assert.StartsWith(
                "All connections of this process to the database were in use for too long; raise 'Maximum Pool Size' in the connection string", sentence, StringComparison.Ordinal));
        }

        Assert.Equal([1], await database.QueryAsync<int>("select 1", null, Ct));
    }

    [Fact]
    public async Task Whose_PostgreSQL_takes_no_more_is_told_which_of_its_limits_to_raise()
    {
        await using var database = Connect(builder => (builder.Username, builder.Password) = (Guest, "guest"));
        await using var one = await database.OpenAsync(Ct);

        var sentence = await RefusedAsync(database, () => database.OpenAsync(Ct));

        Assert.StartsWith($"PostgreSQL has no connection left (too many connections for role \"{Guest}\"); raise its max_connections", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_told_once_a_minute_however_often_it_is_met()
    {
        await using var database = Connect(builder => (builder.Username, builder.Password) = (Guest, "guest"));
        await using var one = await database.OpenAsync(Ct);
        using var watch = new DatabaseWatch(database, _time, _log);

        foreach (var seconds in (int[])[1, 1, 58, 1])
        {
            await RefusedAsync(database, () => database.OpenAsync(Ct));
            watch.Look();
            watch.Look();
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal([LogLevel.Warning, LogLevel.Warning], _log.Lines.Select(line => line.Level));
        Assert.All(_log.Lines, line => Assert.StartsWith(
            "Some found no free connection to the database. PostgreSQL has no connection left", line.Text, StringComparison.Ordinal));
    }

    private static async Task<string> RefusedAsync(Database database, Func<Task> asked)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(asked);
        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.True(database.IsAway(refusal), "who works in the background would log it");
        Assert.Null(database.Away);
        return refusal.Message;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private Database Connect(Action<NpgsqlConnectionStringBuilder> change)
    {
        var builder = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString);
        change(builder);
        return Database.Postgres(builder.ConnectionString);
    }
}
