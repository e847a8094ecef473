using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Monitoring;

/// <summary>Backtests as work that is kept, followed, canceled, and survives its server.</summary>
public abstract class BacktestRunContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(1);

    private readonly Scripted _scripted = new();
    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    private BacktestRunStore Store => _host.Get<BacktestRunStore>();

    private WorkQueue Queue => _host.Get<WorkQueue>();

    [Fact]
    public async Task What_came_out_is_kept_until_somebody_deletes_it()
    {
        var id = await BeginAsync();
        _scripted.Act = async (_, progress, ct) =>
        {
            await progress.TellAsync(3, 7, "2001-01-22", ct);
            return """{"alarms":2}""";
        };

        await PlayAsync();

        var row = Assert.Single(await Store.ListAsync(WorkspaceName.Default, 10, Ct));
        Assert.Equal((id, BacktestRow.Completed, 7, 7), (row.Id, row.State, row.Done, row.Total));
        Assert.Equal("""{"alarms":2}""", BacktestWire.Of(await Store.GetAsync(WorkspaceName.Default, id, Ct)).Report!.Value.GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("""{"rule":"load"}""", _scripted.Requests[0].Replace(" ", "", StringComparison.Ordinal));
        Assert.True(await Store.DeleteAsync(WorkspaceName.Default, id, Ct));
    }

    [Fact]
    public async Task A_refusal_ends_it_with_its_sentence_and_its_kind()
    {
        var id = await BeginAsync();
        _scripted.Act = (_, _, _) => throw SlipwayException.Invalid("data:flights@1 has no column 'tiem'.");

        await PlayAsync();

        var row = await Store.GetAsync(WorkspaceName.Default, id, Ct);
        Assert.Equal((BacktestRow.Failed, "data:flights@1 has no column 'tiem'.", "InvalidParameter"), (row.State, row.Error, row.ErrorCode));
    }

    [Fact]
    public async Task Canceled_before_its_turn_it_is_never_played()
    {
        var id = await BeginAsync();

        await Routes().CancelAsync(Caller.System, id, Ct);
        await PlayAsync();

        Assert.Equal(BacktestRow.Canceled, (await Store.GetAsync(WorkspaceName.Default, id, Ct)).State);
        Assert.Empty(_scripted.Requests);
    }

    [Fact]
    public async Task Canceled_by_whichever_server_it_stops_at_its_next_step()
    {
        var id = await BeginAsync();
        _scripted.Act = async (_, progress, ct) =>
        {
            await progress.TellAsync(0, 2, "the first", ct);
            // Another server takes the wish: this one is not told but by the record.
            await Store.AskToCancelAsync(WorkspaceName.Default, id, ct);
            await progress.TellAsync(1, 2, "the second", ct);
            return "{}";
        };

        await PlayAsync();

        var row = await Store.GetAsync(WorkspaceName.Default, id, Ct);
        Assert.Equal((BacktestRow.Canceled, 0, null), (row.State, row.Done, row.Report));
    }

    [Fact]
    public async Task Canceled_by_its_own_server_it_stops_in_the_middle_of_a_step()
    {
        var id = await BeginAsync();
        var play = Player();
        _scripted.Act = async (_, _, ct) =>
        {
            await Routes(play).CancelAsync(Caller.System, id, Ct);
            await Task.Delay(Timeout.Infinite, ct);
            return "{}";
        };

        await PlayAsync(play);

        Assert.Equal(BacktestRow.Canceled, (await Store.GetAsync(WorkspaceName.Default, id, Ct)).State);
    }

    [Fact]
    public async Task One_whose_server_died_is_begun_anew_and_the_dead_servers_result_counts_no_more()
    {
        var id = await BeginAsync();
        var dead = (await Queue.LeaseAsync([BacktestQueue.Short], "dead", s_lease, Ct))!;
        await Store.StartAsync(id, Ct);
        Assert.Null(await Queue.LeaseAsync([BacktestQueue.Short], "other", s_lease, Ct));
        Time.Advance(s_lease + TimeSpan.FromSeconds(1));
        _scripted.Act = (_, _, _) => Task.FromResult("""{"from":"other"}""");

        await PlayAsync();
        var late = await Assert.ThrowsAsync<SlipwayException>(() => Player().RunAsync(dead, Ct));

        Assert.Equal(ErrorCode.Conflict, late.Code);
        Assert.Contains("other", (await Store.GetAsync(WorkspaceName.Default, id, Ct)).Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_its_servers_die_of_is_given_up()
    {
        var id = await BeginAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull(await Queue.LeaseAsync([BacktestQueue.Short], "dead", s_lease, Ct));
            Time.Advance(s_lease + TimeSpan.FromSeconds(1));
        }

        await PlayAsync();

        Assert.Equal((BacktestRow.Failed, "Its server died 3 times while it was played."), ((await Store.GetAsync(WorkspaceName.Default, id, Ct)).State, (await Store.GetAsync(WorkspaceName.Default, id, Ct)).Error));
        Assert.Empty(_scripted.Requests);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<string> BeginAsync()
    {
        _host = new MonitoringHost(Database, Folder, Time);
        var begin = new BeginBacktest(Database, new Policies<IBacktest>([_scripted]), Queue, _host.Get<IAccess>(), _host.Get<IAuditLog>(), Time);
        return (await begin.RunAsync(Caller.System, _scripted.Name, "load", new { Rule = "load" }, Ct)).Id;
    }

    private PlayBacktest Player() =>
        new(Database, Store, new Policies<IBacktest>([_scripted]), Queue, NullLogger<PlayBacktest>.Instance);

    private BacktestRoutes Routes(PlayBacktest? play = null) => new(Store, play ?? Player(), _host.Get<IAccess>(), _host.Get<IAuditLog>());

    private async Task PlayAsync(PlayBacktest? play = null) =>
        await (play ?? Player()).RunAsync((await Queue.LeaseAsync([BacktestQueue.Short], "me", s_lease, Ct))!, Ct);

    private sealed class Scripted : IBacktest
    {
        public string Name => "scripted";

        public bool IsLong => false;

        public List<string> Requests { get; } = [];

        public Func<string, ReplayProgress, CancellationToken, Task<string>> Act { get; set; } = (_, _, _) => Task.FromResult("{}");

        public Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct)
        {
            Requests.Add(request);
            return Act(request, progress, ct);
        }
    }
}

public sealed class BacktestRunOnSqlite() : BacktestRunContract(DatabaseProvider.Sqlite);

public sealed class BacktestRunOnPostgres() : BacktestRunContract(DatabaseProvider.Postgres);
