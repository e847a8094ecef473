using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class ChallengeCourseContract(DatabaseProvider provider) : ChallengeBed(provider)
{
    [Fact]
    public async Task Canceled_in_training_the_job_is_stopped_and_its_version_is_not_rolled_out()
    {
        var job = await TrainingAsync();

        var canceled = await Host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", "it is Friday.", Ct);
        await GateAsync(job, accepted: true);
        await Host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Canceled, "Canceled: system asked for it: it is Friday."), (canceled.State, canceled.Told));
        Assert.Equal([job], Host.Jobs.Canceled);
        Assert.Empty(Host.Endpoints.Acts);
    }

    [Fact]
    public async Task Canceled_in_its_rollout_the_challenger_gives_its_traffic_back_and_goes()
    {
        var job = await RollingOutAsync();

        var canceled = await Host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", null, Ct);
        var again = await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<CancelChallenge>().RunAsync(Caller.System, "flights", null, Ct));

        Assert.Equal(ChallengeState.Canceled, canceled.State);
        Assert.True(Host.Rollouts.All[job].IsOver);
        Assert.Equal("-version-2", Host.Endpoints.Acts[^1]);
        Assert.Equal((1, ErrorCode.Conflict), (await ChampionAsync(), again.Code));
    }

    [Fact]
    public async Task With_its_policy_a_challenger_goes()
    {
        var job = await RollingOutAsync();

        await Host.Get<PolicyStore>().DeleteAsync(WorkspaceName.Default, "flights", Ct);
        await Host.TickAsync(Ct);

        Assert.Equal((ChallengeState.Canceled, "Canceled: the policy was deleted."), ((await OnlyAsync()).State, (await OnlyAsync()).Told));
        Assert.True(Host.Rollouts.All[job].IsOver);
    }

    [Fact]
    public async Task After_a_crash_between_rollout_and_record_nothing_is_done_twice()
    {
        var job = await TrainedAsync(accepted: true);
        Host.Rollouts.All[job] = new RolloutProgress(job, IsOver: false, HasCompleted: false, "Step 1 of 2 began: 5 %.");

        await Host.TickAsync(Ct);

        Assert.Equal(ChallengeState.RollingOut, (await OnlyAsync()).State);
        Assert.Empty(Host.Endpoints.Acts);
        Assert.Empty(Host.Rollouts.Started);
    }

    [Fact]
    public async Task Of_two_servers_one_leads_a_challenger()
    {
        var job = await TrainedAsync(accepted: true);
        await using var database = Open();
        await using var other = new MonitoringHost(database, Folder, Time, twin: Host);

        await Task.WhenAll(Host.TickAsync(Ct), other.TickAsync(Ct));
        Assert.Single(Host.Rollouts.Started);
        Host.Rollouts.All[job] = new RolloutProgress(job, IsOver: true, HasCompleted: true, "All steps passed.");
        await Task.WhenAll(Host.TickAsync(Ct), other.TickAsync(Ct));

        Assert.Equal(["+version-2 late:2 threads=2"], Host.Endpoints.Acts);
        Assert.Equal((ChallengeState.Promoted, 2), ((await OnlyAsync()).State, await ChampionAsync()));
    }

    [Fact]
    public async Task The_deployments_of_earlier_challengers_that_nobody_is_answered_by_go_before_the_next()
    {
        var job = await RollingOutAsync();
        await EndAsync(job, hasCompleted: true, "Passed.");
        Host.Endpoints.Flights = Host.Endpoints.Flights with { Traffic = new Dictionary<string, int> { ["blue"] = 0, ["version-2"] = 100 } };
        var second = (await ByHandAsync(5)).JobName!;
        await GateAsync(second, accepted: true);
        await Host.TickAsync(Ct);
        await EndAsync(second, hasCompleted: true, "Passed.");
        Host.Endpoints.Flights = Host.Endpoints.Flights with { Traffic = new Dictionary<string, int> { ["version-2"] = 0, ["version-3"] = 100 } };

        await GateAsync((await ByHandAsync(6)).JobName!, accepted: true);
        await Host.TickAsync(Ct);

        // Blue was not made by the policy.
        Assert.Equal(["+version-2 late:2 threads=2", "+version-3 late:3 threads=2", "-version-2", "+version-4 late:4 threads=2"], Host.Endpoints.Acts);
    }
}

public sealed class ChallengeCourseOnSqlite() : ChallengeCourseContract(DatabaseProvider.Sqlite);

public sealed class ChallengeCourseOnPostgres() : ChallengeCourseContract(DatabaseProvider.Postgres);
