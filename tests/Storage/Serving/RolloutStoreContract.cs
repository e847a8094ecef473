using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving;
using Slipway.Serving.Rollouts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class RolloutStoreContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const string Yaml =
        """
        type: rollout
        name: to-green
        endpoint: flights
        candidate: green
        criteria: {latency: {maximum_ms: 20}}
        steps: [{shadow: 50, minimum_samples: 7}, {traffic: 100, approval: true, time_limit: 2h}]
        """;

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private RolloutStore Store => field ??= new RolloutStore(Database, Time);

    [Fact]
    public async Task A_rollout_comes_back_as_it_was_kept_with_the_defaults_of_what_was_not_said()
    {
        await InsertAsync(Rollout());

        var found = (await Store.GetAsync(WorkspaceName.Default, "to-green", Ct)).Definition;

        Assert.Equal((0.95, "pause", TimeSpan.FromSeconds(15), 99.0), (found.Confidence, found.OnInconclusive, found.Interval, found.Criteria.Latency!.Percentile));
        Assert.Equal((50, 0, 7L, TimeSpan.FromHours(24)), (found.Steps[0].Shadow, found.Steps[0].Traffic, found.Steps[0].LeastSamples, found.Steps[0].TimeLimit));
        Assert.Equal((100, true, TimeSpan.FromHours(2)), (found.Steps[1].Traffic, found.Steps[1].Approval, found.Steps[1].TimeLimit));
        Assert.Equal(0.05 / 2, found.RiskOfEach, 12);
    }

    [Fact]
    public async Task Who_changes_a_rollout_that_somebody_else_has_changed_meanwhile_is_told()
    {
        await InsertAsync(Rollout());
        var mine = await Store.GetAsync(WorkspaceName.Default, "to-green", Ct);
        await Store.UpdateAsync(mine with { Message = "first" }, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Store.UpdateAsync(mine with { Message = "second" }, Ct));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.Equal("first", (await Store.GetAsync(WorkspaceName.Default, "to-green", Ct)).Message);
    }

    [Fact]
    public async Task Counts_are_kept_and_only_running_rollouts_go_on()
    {
        await InsertEndpointAsync();
        await InsertAsync(Rollout());
        var state = new RolloutState { Applied = true, Candidate = new Counted().Add(new CounterReading("a", 10, 2, 1), isOfThisStep: true) };
        await Store.UpdateAsync(Rollout() with { State = state }, Ct);
        var running = Assert.Single(await Store.ListRunningAsync(Ct));
        await Store.UpdateAsync(running with { Status = RolloutStatus.Paused }, Ct);

        // A new loading of the deployment counts from 0.
        var candidate = running.State.Candidate.Add(new CounterReading("b", 5, 1, 1), isOfThisStep: true);
        Assert.Equal((15, 3, 2, 12), (candidate.Requests, candidate.Errors, candidate.Slow, candidate.Answered));
        Assert.Empty(await Store.ListRunningAsync(Ct));
        Assert.Equal("to-green", await Database.WriteAsync((tx, ct) => RolloutStore.FindOpenAsync(tx, WorkspaceName.Default, "flights", ct), Ct));
    }

    [Fact]
    public async Task What_several_servers_count_is_added_up_each_from_where_it_stood_when_the_step_was_first_looked_at()
    {
        await InsertAsync(Rollout());
        var counted = new Counted();
        foreach (var (server, requests) in new[] { ("a", 100), ("b", 50), ("a", 110), ("b", 53), ("a", 111) })
        {
            counted = counted.Add(new CounterReading(server, requests, 1, 0), isOfThisStep: false);
            var rollout = await Store.GetAsync(WorkspaceName.Default, "to-green", Ct);
            await Store.UpdateAsync(rollout with { State = new RolloutState { Candidate = counted } }, Ct);
            counted = (await Store.GetAsync(WorkspaceName.Default, "to-green", Ct)).State.Candidate;
        }

        Assert.Equal((14, 0), (counted.Requests, counted.Errors));
    }

    [Fact]
    public async Task Decisions_come_in_the_order_in_which_they_were_made()
    {
        var rollout = Rollout();
        await InsertAsync(rollout);
        foreach (var verdict in new[] { "step", "advance" })
        {
            var decision = new RolloutDecision(0, verdict, $"it {verdict}s", "[]", 5L.ToTime(), "ann");
            await Database.WriteAsync((tx, ct) => RolloutStore.DecideAsync(tx, rollout, decision, ct), Ct);
        }

        Assert.Equal(["step", "advance"], (await Store.ListDecisionsAsync(WorkspaceName.Default, "to-green", Ct)).Select(made => made.Verdict));
    }

    [Theory]
    [InlineData("Paused", 0, 1)]
    [InlineData("AwaitingApproval", 1, 1)]
    [InlineData("Aborted", 0, 0)]
    public async Task A_rollout_that_waits_for_an_approval_is_looked_at_and_a_paused_one_once_its_endpoint_is_gone(string status, int looked, int later)
    {
        await InsertEndpointAsync();
        await InsertAsync(Rollout() with { Status = Enum.Parse<RolloutStatus>(status) });
        var before = await Store.ListRunningAsync(Ct);
        await Database.ExecuteAsync("delete from online_endpoints", null, Ct);

        Assert.Equal(looked, before.Count);
        Assert.Equal(later, (await Store.ListRunningAsync(Ct)).Count);
    }

    private Task InsertEndpointAsync() => Database.ExecuteAsync(
        """
        insert into online_endpoints (workspace, name, collect, traffic, mirror_traffic, created_at, created_by, updated_at)
        values ('default', 'flights', 'all', '{}', '{}', 1, 'ann', 1)
        """,
        null,
        Ct);

    private Task InsertAsync(Rollout rollout) => Database.WriteAsync((tx, ct) => Store.InsertAsync(tx, rollout, ct), Ct);

    private static Rollout Rollout() => new()
    {
        Workspace = "default",
        Definition = RolloutDefinition.Read(Yaml, "rollout.yml"),
        Baseline = "blue",
        Status = RolloutStatus.Running,
        Step = 0,
        StepStartedAt = 1000L.ToTime(),
        State = new RolloutState(),
        Message = "",
        Revision = 0,
        CreatedAt = 1000L.ToTime(),
        CreatedBy = "ann",
        UpdatedAt = 1000L.ToTime(),
    };
}

public sealed class RolloutStoreOnSqlite() : RolloutStoreContract(DatabaseProvider.Sqlite);

public sealed class RolloutStoreOnPostgres() : RolloutStoreContract(DatabaseProvider.Postgres);
