using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Retraining;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

public abstract class RetrainingContract(DatabaseProvider provider) : RetrainingBed(provider)
{
    [Fact]
    public async Task Without_a_champion_the_first_model_is_trained()
    {
        await GivenAsync(withModel: false);

        var decision = await Host.EvaluateAsync(Week(3), Ct);

        Assert.Equal((true, "Retrain: there is no late@champion yet.", true), (decision.Retrain, decision.Reason, decision.Submitted));
        var job = Assert.Single(Host.Jobs.All).Value;
        Assert.Equal("retrain-flights-20010129T000000", job.Name);
        Assert.Equal("2001-01-29T00:00:00Z", job.Inputs["until"]);
        Assert.Equal("5", job.Inputs["week"]);
    }

    [Fact]
    public async Task A_quiet_week_needs_no_training_and_says_by_which_numbers()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers();

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.Equal(
            "Not needed: 0 drifted (limit 1); accuracy 1 is 0 % better than 1 of its gate (limit 5 %); "
            + "7 days since the training window of late:1 (limit 28 days).",
            decision.Reason);
        Assert.Empty(Host.Jobs.All);
    }

    [Fact]
    public async Task Drift_is_a_reason_to_train()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        Assert.Equal((true, "Retrain: hour drifted (limit 1)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task Worse_answers_than_at_the_gate_are_a_reason_to_train()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(label: "(i % 10 >= 4)::int::double");

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        Assert.Equal(
            (true, "Retrain: accuracy 0.9 is 10 % worse than 1 of its gate (limit 5 %)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task An_old_champion_is_a_reason_to_train()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(4)] = Answers();

        var decision = await Host.EvaluateAsync(Week(4), Ct);

        Assert.Equal(
            (true, "Retrain: 28 days since the training window of late:1 (limit 28 days)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task Asked_twice_for_the_same_moment_it_decides_and_submits_once()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var first = await Host.EvaluateAsync(Week(1), Ct);
        Host.Collected.Windows[Week(1)] = Answers();
        var second = await Host.EvaluateAsync(Week(1), Ct);

        Assert.Equal((first.Id, first.Reason), (second.Id, second.Reason));
        Assert.Equal(1, Host.Jobs.Calls);
    }

    [Fact]
    public async Task The_figures_of_an_earlier_version_do_not_condemn_the_new_champion()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        await Host.RegisterAsync(Profile(), Ct);

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.Contains("drift does not count, since late:1 answered the window and not late:2", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_job_is_told_and_submitted_by_the_timer_later()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        Host.Jobs.Refusal = "train.yml, line 3: no such component.";

        var decision = await Host.EvaluateAsync(Week(1), Ct);
        Host.Jobs.Refusal = null;
        await Host.TickAsync(Ct);
        await Host.TickAsync(Ct);

        Assert.Equal((true, false, "train.yml, line 3: no such component."), (decision.Retrain, decision.Submitted, decision.Error));
        var kept = Assert.Single(await Host.Get<DecisionStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        Assert.Equal((true, null), (kept.Submitted, kept.Error));
        Assert.Equal(2, Host.Jobs.Calls);
    }

    [Fact]
    public async Task A_decision_hangs_between_what_it_stands_on_and_the_run_that_it_started()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var decision = await Host.EvaluateAsync(Week(1), Ct);

        var edges = (await Host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, "run:run1", 2, Ct)).Edges;
        Assert.Equal(
            [("triggered", decision.Node), ("decided", $"monitor-run:{decision.MonitorRun}"), ("decided", "model:late@1")],
            edges.Select(edge => (edge.Act, edge.From)));
    }

    [Fact]
    public async Task A_new_version_of_the_data_is_a_reason_to_train_once()
    {
        await GivenAsync(policy: Policy.Replace("age: P28D", "new_data: \"azureml:flights-features\"", StringComparison.Ordinal)
            .Replace("cool_down: P14D", "cool_down: P0D", StringComparison.Ordinal));
        foreach (var week in new[] { 1, 2, 3 })
            Host.Collected.Windows[Week(week)] = Answers();
        var before = await Host.EvaluateAsync(Week(1), Ct);
        Time.Advance(TimeSpan.FromHours(1));
        var tree = await Host.Content.PutTreeAsync([], Ct);
        await Host.Get<IDataAssets>().CreateAsync(
            Caller.System, new NewDataVersion { Name = AssetName.Parse("flights-features"), Tree = tree.Digest }, Ct);
        Time.Advance(TimeSpan.FromHours(1));

        var after = await Host.EvaluateAsync(Week(2), Ct);
        var later = await Host.EvaluateAsync(Week(3), Ct);

        Assert.Contains("no version of flights-features came since the last training", before.Reason, StringComparison.Ordinal);
        Assert.Equal("Retrain: data:flights-features@1 came since the last training.", after.Reason);
        Assert.False(later.Retrain);
    }

    [Fact]
    public async Task A_schedule_is_a_reason_to_train_when_it_is_due()
    {
        await GivenAsync(policy: Policy.Replace("age: P28D", "schedule: {frequency: week, interval: 2}", StringComparison.Ordinal));
        Host.Collected.Windows[Week(1)] = Answers();
        Host.Collected.Windows[Week(2)] = Answers();

        var first = await Host.EvaluateAsync(Week(1), Ct);
        var second = await Host.EvaluateAsync(Week(2), Ct);

        Assert.EndsWith("the schedule is not due.", first.Reason, StringComparison.Ordinal);
        Assert.Equal("Retrain: the schedule was due on 2001-01-22.", second.Reason);
    }
}

public sealed class RetrainingOnSqlite() : RetrainingContract(DatabaseProvider.Sqlite);

public sealed class RetrainingOnPostgres() : RetrainingContract(DatabaseProvider.Postgres);
