using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

public abstract class RetrainingLimitContract(DatabaseProvider provider) : RetrainingBed(provider)
{
    [Fact]
    public async Task A_cool_down_holds_back_the_next_training()
    {
        await GivenAsync();
        foreach (var week in new[] { 1, 2, 3 })
            Host.Collected.Windows[Week(week)] = Answers(hour: "i % 12");

        await Host.EvaluateAsync(Week(1), Ct);
        var second = await Host.EvaluateAsync(Week(2), Ct);
        var third = await Host.EvaluateAsync(Week(3), Ct);

        Assert.Equal(
            (false, "Not yet: hour drifted (limit 1); but the cool-down of 14 days lasts until 2001-01-29."),
            (second.Retrain, second.Reason));
        Assert.True(third.Retrain);
    }

    [Fact]
    public async Task A_loop_that_would_never_stop_is_ended_by_its_budget()
    {
        await GivenAsync(policy: Policy.Replace("cool_down: P14D", "cool_down: P0D", StringComparison.Ordinal));
        var decisions = new List<RetrainingDecision>();
        for (var week = 1; week <= 3; week++)
        {
            Host.Collected.Windows[Week(week)] = Answers(hour: "i % 12");
            decisions.Add(await Host.EvaluateAsync(Week(week), Ct));
        }

        Assert.Equal([true, true, false], decisions.Select(decision => decision.Retrain));
        Assert.EndsWith("but the budget of 2 trainings in 70 days is used up.", decisions[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_new_labels_hold_back_a_training()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", label: "case when i < 300 then 1.0 end");

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.EndsWith("but only 300 of 500 new labels have come.", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_hand_neither_triggers_nor_pauses_are_asked_but_the_budget_is()
    {
        await GivenAsync();
        var decisions = new List<RetrainingDecision>();
        for (var week = 1; week <= 3; week++)
        {
            Host.Collected.Windows[Week(week)] = Answers();
            Assert.False((await Host.EvaluateAsync(Week(week), Ct)).Retrain);
            decisions.Add(await Host.Get<EvaluatePolicy>().RunAsync(
                Caller.System, "flights", Week(week), Week(week).To, new Dictionary<string, string>(), Ct, byHand: true));
        }

        Assert.Equal("Retrain: system asked for it.", decisions[0].Reason);
        Assert.True(decisions[1].Retrain);
        Assert.Equal("Not yet: system asked for it; but the budget of 2 trainings in 70 days is used up.", decisions[2].Reason);
    }

    [Fact]
    public async Task Nothing_is_learned_from_a_window_with_bad_data()
    {
        await GivenAsync(
            policy: Policy.Replace("cool_down: P14D", "data_gate: true", StringComparison.Ordinal),
            monitor: Monitor + "\n    rows: {type: data_quality, features: [hour], reference_data: {data_window: {lookback_window_offset: P7D}}}");
        Host.Collected.Windows[Week(1)] = Answers();
        Host.Collected.Windows[Week(2)] = Answers(hour: "case when i % 4 = 0 then null else i % 12 end");

        var decision = await Host.EvaluateAsync(Week(2), Ct);

        Assert.False(decision.Retrain);
        Assert.EndsWith("but the data gate is closed, since hour null_value_rate 0.25 > 0.", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_is_switched_off_is_not_asked_by_the_timer()
    {
        await GivenAsync(monitor: "trigger: {type: recurrence, frequency: week, interval: 1}\n" + Monitor);
        var (store, decisions) = (Host.Get<PolicyStore>(), Host.Get<DecisionStore>());
        Time.Advance(TimeSpan.FromDays(8));

        await store.SetEnabledAsync(WorkspaceName.Default, "flights", enabled: false, Ct);
        await Host.TickAsync(Ct);
        Assert.Empty(await decisions.ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        await store.SetEnabledAsync(WorkspaceName.Default, "flights", enabled: true, Ct);
        Time.Advance(TimeSpan.FromDays(8));
        await Host.TickAsync(Ct);

        Assert.Single(await decisions.ListAsync(WorkspaceName.Default, "flights", 10, Ct));
    }

    [Fact]
    public async Task A_policy_over_an_unknown_monitor_or_without_its_job_is_refused()
    {
        await GivenAsync();

        var monitor = await Assert.ThrowsAsync<SlipwayException>(
            () => Host.DeclarePolicyAsync(Policy.Replace("monitor: flights", "monitor: fright", StringComparison.Ordinal), Ct));
        var job = await Assert.ThrowsAsync<SlipwayException>(
            () => Host.Get<CreatePolicy>().RunAsync(Caller.System, Policy, null, Ct));

        Assert.Equal("Monitor 'fright' does not exist.", monitor.Message);
        Assert.Contains("send its text along", job.Message, StringComparison.Ordinal);
    }
}

public sealed class RetrainingLimitOnSqlite() : RetrainingLimitContract(DatabaseProvider.Sqlite);

public sealed class RetrainingLimitOnPostgres() : RetrainingLimitContract(DatabaseProvider.Postgres);
