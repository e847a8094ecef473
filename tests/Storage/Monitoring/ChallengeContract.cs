using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorRunContract;

namespace Slipway.Storage.Monitoring;

public abstract class ChallengeContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        job: ./train.yml
        triggers: {age: P1D}
        rollout:
          interval: 1m
          criteria: {error_rate: {maximum: 0.01}}
          steps:
          - {traffic: 5, minimum_samples: 500}
          - traffic: 100
        """;

    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task A_version_that_the_gate_accepts_is_deployed_beside_the_champion_and_rolled_out()
    {
        var job = await TrainedAsync(accepted: true);

        await _host.TickAsync(Ct);

        var challenge = await OnlyAsync();
        Assert.Equal((ChallengeState.RollingOut, 2, "Step 1 of 2 began: 5 %."), (challenge.State, challenge.Candidate, challenge.Told));
        Assert.Equal(["+version-2 late:2 threads=2"], _host.Endpoints.Acts);
        var begun = Assert.Single(_host.Rollouts.Started);
        Assert.Contains($"\"name\":\"{job}\",\"endpoint\":\"flights\",\"candidate\":\"version-2\"", begun, StringComparison.Ordinal);
        Assert.Contains("\"traffic\":5,\"minimum_samples\":500", begun, StringComparison.Ordinal);
        Assert.Equal(1, await ChampionAsync());
        var edges = (await _host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, $"rollout:{job}", 1, Ct)).Edges;
        Assert.Equal(("rolled out", challenge.Node), (Assert.Single(edges).Act, edges[0].From));
    }

    [Fact]
    public async Task A_rollout_that_is_completed_promotes_the_challenger()
    {
        var job = await RollingOutAsync();

        await EndAsync(job, hasCompleted: true, "Step 2 of 2 has passed: error_rate holds.");

        Assert.Equal(
            (ChallengeState.Promoted, $"Promoted after rollout '{job}'. Step 2 of 2 has passed: error_rate holds."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Equal(2, await ChampionAsync());
        Assert.DoesNotContain("-version-2", _host.Endpoints.Acts);
    }

    [Fact]
    public async Task A_rollout_that_is_rolled_back_rejects_the_challenger_and_takes_it_away()
    {
        var job = await RollingOutAsync();

        await EndAsync(job, hasCompleted: false, "Rolled back in step 1: error_rate 0.2 broken.");

        Assert.Equal(
            (ChallengeState.Rejected, $"Rejected in rollout '{job}'. Rolled back in step 1: error_rate 0.2 broken."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Equal(1, await ChampionAsync());
        Assert.Equal(["+version-2 late:2 threads=2", "-version-2"], _host.Endpoints.Acts);
    }

    [Fact]
    public async Task What_the_gate_rejects_is_never_deployed()
    {
        await TrainedAsync(accepted: false);

        await _host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Rejected, "Rejected by the gate. brier is worse"), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Empty(_host.Endpoints.Acts);
    }

    [Theory]
    [InlineData(JobStatus.Failed, "was not completed (Failed): no memory")]
    [InlineData(JobStatus.Completed, "has no gate step that decided on a version of late.")]
    public async Task A_job_that_makes_no_challenger_ends_it(JobStatus status, string told)
    {
        var job = await TrainingAsync();
        _host.Jobs.Over[job] = SubmittedJobs.Of(job, status) with { Message = "no memory" };

        await _host.TickAsync(Ct);

        Assert.Equal(ChallengeState.Failed, (await OnlyAsync()).State);
        Assert.EndsWith(told, (await OnlyAsync()).Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_challenger_is_on_its_way_nothing_else_is_trained_not_even_by_hand()
    {
        var job = await RollingOutAsync();

        var meanwhile = await ByHandAsync(4);
        await EndAsync(job, hasCompleted: false, "Rolled back.");
        var after = await ByHandAsync(5);

        Assert.Equal($"Not yet: system asked for it; but the challenger of {job} is still on its way.", meanwhile.Reason);
        Assert.Contains($"\"challenger_on_its_way\":\"{job}\"", meanwhile.NumbersJson, StringComparison.Ordinal);
        Assert.True(after.Retrain);
    }

    [Fact]
    public async Task An_endpoint_that_is_busy_is_waited_for_and_the_reason_is_told()
    {
        await TrainedAsync(accepted: true);
        _host.Rollouts.Refusal = "Rollout 'other' is moving the traffic of 'flights'; abort it first.";

        await _host.TickAsync(Ct);
        var waiting = await OnlyAsync();
        _host.Rollouts.Refusal = null;
        await _host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Training, "It waits: Rollout 'other' is moving the traffic of 'flights'; abort it first."), (waiting.State, waiting.Told));
        Assert.Equal(ChallengeState.RollingOut, (await OnlyAsync()).State);
    }

    [Fact]
    public async Task Without_a_champion_there_is_nothing_to_roll_out_against()
    {
        await TrainedAsync(accepted: true, champion: null);

        await _host.TickAsync(Ct);

        Assert.Equal(
            (ChallengeState.Promoted, "Promoted without a rollout: there was no late@champion to compare its answers with."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Equal(2, await ChampionAsync());
        Assert.Empty(_host.Rollouts.Started);
    }

    [Fact]
    public async Task Canceled_in_training_the_job_is_stopped_and_its_version_is_not_rolled_out()
    {
        var job = await TrainingAsync();

        var canceled = await _host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", "it is Friday.", Ct);
        await GateAsync(job, accepted: true);
        await _host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Canceled, "Canceled: system asked for it: it is Friday."), (canceled.State, canceled.Told));
        Assert.Equal([job], _host.Jobs.Canceled);
        Assert.Empty(_host.Endpoints.Acts);
    }

    [Fact]
    public async Task Canceled_in_its_rollout_the_challenger_gives_its_traffic_back_and_goes()
    {
        var job = await RollingOutAsync();

        var canceled = await _host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", null, Ct);
        var again = await Assert.ThrowsAsync<SlipwayException>(() => _host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", null, Ct));

        Assert.Equal(ChallengeState.Canceled, canceled.State);
        Assert.True(_host.Rollouts.All[job].IsOver);
        Assert.Equal("-version-2", _host.Endpoints.Acts[^1]);
        Assert.Equal((1, ErrorCode.Conflict), (await ChampionAsync(), again.Code));
    }

    [Fact]
    public async Task With_its_policy_a_challenger_goes()
    {
        var job = await RollingOutAsync();

        await _host.Get<PolicyStore>().DeleteAsync(WorkspaceName.Default, "flights", Ct);
        await _host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Canceled, "Canceled: the policy was deleted."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.True(_host.Rollouts.All[job].IsOver);
    }

    [Fact]
    public async Task After_a_crash_between_rollout_and_record_nothing_is_done_twice()
    {
        var job = await TrainedAsync(accepted: true);
        _host.Rollouts.All[job] = new RolloutProgress(job, IsOver: false, HasCompleted: false, "Step 1 of 2 began: 5 %.");

        await _host.TickAsync(Ct);

        Assert.Equal(ChallengeState.RollingOut, (await OnlyAsync()).State);
        Assert.Empty(_host.Endpoints.Acts);
        Assert.Empty(_host.Rollouts.Started);
    }

    [Fact]
    public async Task Of_two_servers_one_leads_a_challenger()
    {
        var job = await TrainedAsync(accepted: true);
        await using var database = Open();
        await using var other = new MonitoringHost(database, Folder, Time, twin: _host);

        await Task.WhenAll(_host.TickAsync(Ct), other.TickAsync(Ct));
        Assert.Single(_host.Rollouts.Started);
        _host.Rollouts.All[job] = new RolloutProgress(job, IsOver: true, HasCompleted: true, "All steps passed.");
        await Task.WhenAll(_host.TickAsync(Ct), other.TickAsync(Ct));

        Assert.Equal(["+version-2 late:2 threads=2"], _host.Endpoints.Acts);
        Assert.Equal((ChallengeState.Promoted, 2), ((await OnlyAsync()).State, await ChampionAsync()));
    }

    [Fact]
    public async Task The_deployments_of_earlier_challengers_that_nobody_is_answered_by_go_before_the_next()
    {
        var job = await RollingOutAsync();
        await EndAsync(job, hasCompleted: true, "Passed.");
        _host.Endpoints.Flights = _host.Endpoints.Flights with { Traffic = new Dictionary<string, int> { ["blue"] = 0, ["version-2"] = 100 } };
        var second = (await ByHandAsync(5)).JobName!;
        await GateAsync(second, accepted: true);
        await _host.TickAsync(Ct);
        await EndAsync(second, hasCompleted: true, "Passed.");
        _host.Endpoints.Flights = _host.Endpoints.Flights with { Traffic = new Dictionary<string, int> { ["version-2"] = 0, ["version-3"] = 100 } };

        await GateAsync((await ByHandAsync(6)).JobName!, accepted: true);
        await _host.TickAsync(Ct);

        // Blue was not made by the policy.
        Assert.Equal(["+version-2 late:2 threads=2", "+version-3 late:3 threads=2", "-version-2", "+version-4 late:4 threads=2"], _host.Endpoints.Acts);
    }

    [Theory]
    [InlineData("- traffic: 100", "- traffic: 50", "retraining.yml, rollout: steps: the last one gives 50 % of the traffic; who is promoted")]
    [InlineData("criteria: {error_rate: {maximum: 0.01}}", "criteria: {}", "criteria")]
    [InlineData("interval: 1m", "baseline: blue", "'rollout.baseline' is not a known field")]
    [InlineData("maximum: 0.01", "maximum: much", "rollout")]
    [InlineData("job: ./train.yml\n", "", "'rollout' is of no use without a 'job'")]
    public async Task A_rollout_that_could_not_end_in_a_promotion_is_refused(string old, string wrong, string told)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.DeclareAsync(MonitorRunContract.Monitor, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _host.DeclarePolicyAsync(Policy.Replace(old, wrong, StringComparison.Ordinal), Ct));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<string> TrainingAsync(int? champion = 1)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        if (champion is not null)
            await _host.RegisterAsync(Profile(), Ct);
        await _host.DeclareAsync(MonitorRunContract.Monitor, Ct);
        await _host.DeclarePolicyAsync(Policy, Ct);
        return (await _host.EvaluateAsync(Week(3), Ct)).JobName!;
    }

    private async Task<string> TrainedAsync(bool accepted, int? champion = 1)
    {
        var job = await TrainingAsync(champion);
        if (champion is null)
            await RegisterAsync();
        await GateAsync(job, accepted);
        return job;
    }

    private async Task<string> RollingOutAsync()
    {
        var job = await TrainedAsync(accepted: true);
        await _host.TickAsync(Ct);
        return job;
    }

    private async Task EndAsync(string job, bool hasCompleted, string message)
    {
        _host.Rollouts.All[job] = new RolloutProgress(job, IsOver: true, hasCompleted, message);
        await _host.TickAsync(Ct);
    }

    /// <summary>The job registers the next version, and its gate decides.</summary>
    private async Task GateAsync(string job, bool accepted)
    {
        var version = await RegisterAsync();
        await _host.Get<IGateLog>().RecordAsync(
            Caller.System,
            new GateDecision
            {
                Id = $"{job}-gate",
                Model = "late",
                Candidate = version.Number,
                Accepted = accepted,
                Reason = accepted ? "brier is better" : "brier is worse",
                EvidenceJson = "{}",
                DecidedAt = Time.GetUtcNow(),
                DecidedBy = "test",
            },
            [],
            Ct);
        _host.Jobs.Over[job] = SubmittedJobs.Of(job, JobStatus.Completed, new JobStep
        {
            Name = "gate",
            Kind = "gate",
            Status = JobStatus.Completed,
            RunId = $"{job}-gate",
            Reused = false,
            Outputs = new Dictionary<string, StepOutput>(),
        });
    }

    private async Task<ModelVersion> RegisterAsync() => await _host.Get<IModelRegistry>().RegisterAsync(
        Caller.System, new NewModelVersion { Model = "late", Tree = (await _host.Content.PutTreeAsync([], Ct)).Digest, Flavor = "onnx" }, Ct);

    private Task<RetrainingDecision> ByHandAsync(int week) => _host.Get<EvaluatePolicy>().RunAsync(
        Caller.System, "flights", Week(week), Week(week).To, new Dictionary<string, string>(), Ct, byHand: true);

    private async Task<Challenge> OnlyAsync() => Assert.Single(await _host.Get<ChallengeStore>().ListAsync(WorkspaceName.Default, "flights", Ct));

    private async Task<int?> ChampionAsync() => (await _host.Get<IModelRegistry>().FindAsync(Caller.System, "late@champion", Ct))?.Number;
}

public sealed class ChallengeOnSqlite() : ChallengeContract(DatabaseProvider.Sqlite);

public sealed class ChallengeOnPostgres() : ChallengeContract(DatabaseProvider.Postgres);
