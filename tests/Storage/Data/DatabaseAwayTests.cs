using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>What a server does while its PostgreSQL is away.</summary>
public sealed class DatabaseAwayTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();
    private readonly Postgres _postgres = new();
    private DatabaseLine _line = null!;
    private Database _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _postgres.InitializeAsync();
        _line = new DatabaseLine(_postgres.ConnectionString);
        _database = Database.Postgres(_line.ConnectionString);
        await new Migrator(_database, [DataModule.Migrations], TimeProvider.System).RunAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _line.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    [Fact]
    public async Task It_is_told_at_once_then_seldom_and_when_it_is_back()
    {
        var log = new KeptLog();
        using var watch = new DatabaseWatch(_database, _time, log);
        watch.Look();

        _line.Cut();
        await UntilAsync(async () => await AskAsync() is { } failure && _database.IsAway(failure) && _database.Away is not null);
        for (var second = 0; second <= 60; second++)
        {
            watch.Look();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _line.Mend();
        await UntilAsync(async () => await AskAsync() is null);
        watch.Look();
        watch.Look();

        Assert.Equal([LogLevel.Error, LogLevel.Error, LogLevel.Error, LogLevel.Warning], log.Lines.Select(line => line.Level));
        Assert.All(log.Lines.Take(3), line => Assert.StartsWith(
            "The database has been away since 2001-01-01 00:00:00Z; the server goes on when it is back. The database does not answer: ", line.Text, StringComparison.Ordinal));
        Assert.Equal("The database is back after 61 s", log.Lines[3].Text);
    }

    [Fact]
    public async Task A_worker_that_waits_for_work_goes_on_waiting_and_finds_what_comes_afterwards()
    {
        var queue = new WorkQueue(_database, TimeProvider.System);
        var next = queue.NextAsync(["step"], "me", TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(20), Ct);

        _line.Cut();
        await UntilAsync(() => Task.FromResult(_database.Away is not null || next.IsCompleted));
        Assert.False(next.IsCompleted);
        _line.Mend();
        await UntilAsync(async () => await AskAsync() is null);
        await queue.EnqueueAsync(NewWork.Look(new Caller(WorkspaceName.Default, "ann"), "step", "a"), Ct);

        Assert.Equal("a", (await next.WaitAsync(s_patience, Ct)).Payload);
    }

    [Fact]
    public async Task Work_that_is_done_again_and_again_says_nothing_of_it_and_tells_what_else_fails()
    {
        var log = new KeptLog();
        using var work = new Asking(_database, log);
        await work.StartAsync(Ct);

        _line.Cut();
        await UntilAsync(() => Task.FromResult(_database.Away is not null));
        var failed = work.Failed;
        await UntilAsync(() => Task.FromResult(work.Failed > failed + 2));
        Assert.Empty(log.Lines);
        work.Sql = "select nothing from nowhere";
        _line.Mend();
        await UntilAsync(() => Task.FromResult(log.Lines.Count > 0));
        await work.StopAsync(Ct);

        Assert.Equal("Asking failed; it is tried again", log.Lines[0].Text);
    }

    /// <summary>Null: it answers.</summary>
    private async Task<Exception?> AskAsync()
    {
        try
        {
            await _database.QueryAsync<int>("select 1", null, Ct);
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return exception;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> happened)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(s_patience);
        while (!await happened())
            await Task.Delay(20, patience.Token);
    }

    private sealed class Asking(Database database, ILogger log) : PeriodicWork("Asking", TimeSpan.FromMilliseconds(20), database, TimeProvider.System, log)
    {
        private int _failed;

        public string Sql { get; set; } = "select 1";

        public int Failed => Volatile.Read(ref _failed);

        protected override async Task RunAsync(int round, CancellationToken ct)
        {
            try
            {
                await Database.QueryAsync<int>(Sql, null, ct);
            }
            catch (Exception)
            {
                Interlocked.Increment(ref _failed);
                throw;
            }
        }
    }
}
