using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining.Challenges;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class ChallengeContract(DatabaseProvider provider) : ChallengeBed(provider)
{
    [Fact]
    public async Task A_version_that_the_gate_accepts_is_deployed_beside_the_champion_and_rolled_out()
    {
        var job = await TrainedAsync(accepted: true);

        await Host.TickAsync(Ct);

        var challenge = await OnlyAsync();
        Assert.Equal((ChallengeState.RollingOut, 2, "Step 1 of 2 began: 5 %."), (challenge.State, challenge.Candidate, challenge.Told));
        Assert.Equal(["+version-2 late:2 threads=2"], Host.Endpoints.Acts);
        var begun = Assert.Single(Host.Rollouts.Started);
        Assert.Contains($"\"name\":\"{job}\",\"endpoint\":\"flights\",\"candidate\":\"version-2\"", begun, StringComparison.Ordinal);
        Assert.Contains("\"traffic\":5,\"minimum_samples\":500", begun, StringComparison.Ordinal);
        Assert.Equal(1, await ChampionAsync());
        var edges = (await Host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, $"rollout:{job}", 1, Ct)).Edges;
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
        Assert.DoesNotContain("-version-2", Host.Endpoints.Acts);
    }

    [Fact]
    public async Task A_rollout_that_is_rolled_back_rejects_the_challenger_and_takes_it_away()
    {
        var job = await RollingOutAsync();

        await EndAsync(job, hasCompleted: false, "Rolled back in step 1: error_rate 0.2 broken.");

        Assert.Equal(
            (ChallengeState.Rejected, $"Rejected in rollout '{job}'. Rolled back in step 1: error_rate 0.2 broken."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Equal(1, await ChampionAsync());
        Assert.Equal(["+version-2 late:2 threads=2", "-version-2"], Host.Endpoints.Acts);
    }

    [Fact]
    public async Task What_the_gate_rejects_is_never_deployed()
    {
        await TrainedAsync(accepted: false);

        await Host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Rejected, "Rejected by the gate. brier is worse"), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Empty(Host.Endpoints.Acts);
    }

    [Theory]
    [InlineData(JobStatus.Failed, "was not completed (Failed): no memory")]
    [InlineData(JobStatus.Completed, "has no gate step that decided on a version of late.")]
    public async Task A_job_that_makes_no_challenger_ends_it(JobStatus status, string told)
    {
        var job = await TrainingAsync();
        Host.Jobs.Over[job] = SubmittedJobs.Of(job, status) with { Message = "no memory" };

        await Host.TickAsync(Ct);

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
        Host.Rollouts.Refusal = "Rollout 'other' is moving the traffic of 'flights'; abort it first.";

        await Host.TickAsync(Ct);
        var waiting = await OnlyAsync();
        Host.Rollouts.Refusal = null;
        await Host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Training, "It waits: Rollout 'other' is moving the traffic of 'flights'; abort it first."), (waiting.State, waiting.Told));
        Assert.Equal(ChallengeState.RollingOut, (await OnlyAsync()).State);
    }

    [Fact]
    public async Task Without_a_champion_there_is_nothing_to_roll_out_against()
    {
        await TrainedAsync(accepted: true, champion: null);

        await Host.TickAsync(Ct);

        Assert.Equal(
            (ChallengeState.Promoted, "Promoted without a rollout: there was no late@champion to compare its answers with."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.Equal(2, await ChampionAsync());
        Assert.Empty(Host.Rollouts.Started);
    }

    [Theory]
    [InlineData("- traffic: 100", "- traffic: 50", "retraining.yml, rollout: steps: the last one gives 50 % of the traffic; who is promoted")]
    [InlineData("criteria: {error_rate: {maximum: 0.01}}", "criteria: {}", "criteria")]
    [InlineData("interval: 1m", "baseline: blue", "'rollout.baseline' is not a known field")]
    [InlineData("maximum: 0.01", "maximum: much", "rollout")]
    [InlineData("job: ./train.yml\n", "", "'rollout' is of no use without a 'job'")]
    public async Task A_rollout_that_could_not_end_in_a_promotion_is_refused(string old, string wrong, string told)
    {
        Host = new MonitoringHost(Database, Folder, Time);
        await Host.DeclareAsync(MonitorBed.Monitor, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Host.DeclarePolicyAsync(Policy.Replace(old, wrong, StringComparison.Ordinal), Ct));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }
}

public sealed class ChallengeOnSqlite() : ChallengeContract(DatabaseProvider.Sqlite);

public sealed class ChallengeOnPostgres() : ChallengeContract(DatabaseProvider.Postgres);
