using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorRunContract;

namespace Slipway.Storage.Monitoring;

public abstract class RetrainingContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_target: {endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs: {type: data_drift}
            quality: {type: model_performance}
        """;

    private const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        job: ./train.yml
        inputs: {until: "${{window.to}}", week: "0"}
        triggers:
          drift: {minimum_features: 1}
          performance: {metric: accuracy, maximum_drop: 0.05}
          age: P28D
        cool_down: P14D
        minimum_new_labels: 500
        budget: {jobs: 2, period: P70D}
        """;

    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task Without_a_champion_the_first_model_is_trained()
    {
        await GivenAsync(withModel: false);

        var decision = await _host.EvaluateAsync(Week(3), Ct);

        Assert.Equal((true, "Retrain: there is no late@champion yet.", true), (decision.Retrain, decision.Reason, decision.Submitted));
        var job = Assert.Single(_host.Jobs.All).Value;
        Assert.Equal("retrain-flights-20010129T000000", job.Name);
        Assert.Equal("2001-01-29T00:00:00Z", job.Inputs["until"]);
        Assert.Equal("5", job.Inputs["week"]);
    }

    [Fact]
    public async Task A_quiet_week_needs_no_training_and_says_by_which_numbers()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.Equal(
            "Not needed: 0 drifted (limit 1); accuracy 1 is 0 % better than 1 of its gate (limit 5 %); "
            + "7 days since the training window of late:1 (limit 28 days).",
            decision.Reason);
        Assert.Empty(_host.Jobs.All);
    }

    [Fact]
    public async Task Drift_is_a_reason_to_train()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        Assert.Equal((true, "Retrain: hour drifted (limit 1)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task Worse_answers_than_at_the_gate_are_a_reason_to_train()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(label: "(i % 10 >= 4)::int::double");

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        Assert.Equal(
            (true, "Retrain: accuracy 0.9 is 10 % worse than 1 of its gate (limit 5 %)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task An_old_champion_is_a_reason_to_train()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(4)] = Answers();

        var decision = await _host.EvaluateAsync(Week(4), Ct);

        Assert.Equal(
            (true, "Retrain: 28 days since the training window of late:1 (limit 28 days)."), (decision.Retrain, decision.Reason));
    }

    [Fact]
    public async Task Asked_twice_for_the_same_moment_it_decides_and_submits_once()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var first = await _host.EvaluateAsync(Week(1), Ct);
        _host.Collected.Windows[Week(1)] = Answers();
        var second = await _host.EvaluateAsync(Week(1), Ct);

        Assert.Equal((first.Id, first.Reason), (second.Id, second.Reason));
        Assert.Equal(1, _host.Jobs.Calls);
    }

    [Fact]
    public async Task A_cool_down_holds_back_the_next_training()
    {
        await GivenAsync();
        foreach (var week in new[] { 1, 2, 3 })
            _host.Collected.Windows[Week(week)] = Answers(hour: "i % 12");

        await _host.EvaluateAsync(Week(1), Ct);
        var second = await _host.EvaluateAsync(Week(2), Ct);
        var third = await _host.EvaluateAsync(Week(3), Ct);

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
            _host.Collected.Windows[Week(week)] = Answers(hour: "i % 12");
            decisions.Add(await _host.EvaluateAsync(Week(week), Ct));
        }

        Assert.Equal([true, true, false], decisions.Select(decision => decision.Retrain));
        Assert.EndsWith("but the budget of 2 trainings in 70 days is used up.", decisions[2].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_new_labels_hold_back_a_training()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", label: "case when i < 300 then 1.0 end");

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.EndsWith("but only 300 of 500 new labels have come.", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_figures_of_an_earlier_version_do_not_condemn_the_new_champion()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        await _host.RegisterAsync(Profile(), Ct);

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        Assert.False(decision.Retrain);
        Assert.Contains("drift does not count, since late:1 answered the window and not late:2", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_job_is_told_and_submitted_by_the_timer_later()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        _host.Jobs.Refusal = "train.yml, line 3: no such component.";

        var decision = await _host.EvaluateAsync(Week(1), Ct);
        _host.Jobs.Refusal = null;
        await _host.TickAsync(Ct);
        await _host.TickAsync(Ct);

        Assert.Equal((true, false, "train.yml, line 3: no such component."), (decision.Retrain, decision.Submitted, decision.Error));
        var kept = Assert.Single(await _host.Get<DecisionStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        Assert.Equal((true, null), (kept.Submitted, kept.Error));
        Assert.Equal(2, _host.Jobs.Calls);
    }

    [Fact]
    public async Task A_decision_hangs_between_what_it_stands_on_and_the_run_that_it_started()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var decision = await _host.EvaluateAsync(Week(1), Ct);

        var edges = (await _host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, "run:run1", 2, Ct)).Edges;
        Assert.Equal(
            [("triggered", decision.Node), ("decided", $"monitor-run:{decision.MonitorRun}"), ("decided", "model:late@1")],
            edges.Select(edge => (edge.Act, edge.From)));
    }

    [Fact]
    public async Task By_hand_neither_triggers_nor_pauses_are_asked_but_the_budget_is()
    {
        await GivenAsync();
        var decisions = new List<RetrainingDecision>();
        for (var week = 1; week <= 3; week++)
        {
            _host.Collected.Windows[Week(week)] = Answers();
            Assert.False((await _host.EvaluateAsync(Week(week), Ct)).Retrain);
            decisions.Add(await _host.Get<EvaluatePolicy>().RunAsync(
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
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Windows[Week(2)] = Answers(hour: "case when i % 4 = 0 then null else i % 12 end");

        var decision = await _host.EvaluateAsync(Week(2), Ct);

        Assert.False(decision.Retrain);
        Assert.EndsWith("but the data gate is closed, since hour null_value_rate 0.25 > 0.", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_version_of_the_data_is_a_reason_to_train_once()
    {
        await GivenAsync(policy: Policy.Replace("age: P28D", "new_data: \"azureml:flights-features\"", StringComparison.Ordinal)
            .Replace("cool_down: P14D", "cool_down: P0D", StringComparison.Ordinal));
        foreach (var week in new[] { 1, 2, 3 })
            _host.Collected.Windows[Week(week)] = Answers();
        var before = await _host.EvaluateAsync(Week(1), Ct);
        Time.Advance(TimeSpan.FromHours(1));
        var tree = await _host.Content.PutTreeAsync([], Ct);
        await _host.Get<IDataAssets>().CreateAsync(
            Caller.System, new NewDataVersion { Name = AssetName.Parse("flights-features"), Tree = tree.Digest }, Ct);
        Time.Advance(TimeSpan.FromHours(1));

        var after = await _host.EvaluateAsync(Week(2), Ct);
        var later = await _host.EvaluateAsync(Week(3), Ct);

        Assert.Contains("no version of flights-features came since the last training", before.Reason, StringComparison.Ordinal);
        Assert.Equal("Retrain: data:flights-features@1 came since the last training.", after.Reason);
        Assert.False(later.Retrain);
    }

    [Fact]
    public async Task A_schedule_is_a_reason_to_train_when_it_is_due()
    {
        await GivenAsync(policy: Policy.Replace("age: P28D", "schedule: {frequency: week, interval: 2}", StringComparison.Ordinal));
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Windows[Week(2)] = Answers();

        var first = await _host.EvaluateAsync(Week(1), Ct);
        var second = await _host.EvaluateAsync(Week(2), Ct);

        Assert.EndsWith("the schedule is not due.", first.Reason, StringComparison.Ordinal);
        Assert.Equal("Retrain: the schedule was due on 2001-01-22.", second.Reason);
    }

    [Fact]
    public async Task A_policy_that_is_switched_off_is_not_asked_by_the_timer()
    {
        await GivenAsync(monitor: "trigger: {type: recurrence, frequency: week, interval: 1}\n" + Monitor);
        var (store, decisions) = (_host.Get<PolicyStore>(), _host.Get<DecisionStore>());
        Time.Advance(TimeSpan.FromDays(8));

        await store.SetEnabledAsync(WorkspaceName.Default, "flights", enabled: false, Ct);
        await _host.TickAsync(Ct);
        Assert.Empty(await decisions.ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        await store.SetEnabledAsync(WorkspaceName.Default, "flights", enabled: true, Ct);
        Time.Advance(TimeSpan.FromDays(8));
        await _host.TickAsync(Ct);

        Assert.Single(await decisions.ListAsync(WorkspaceName.Default, "flights", 10, Ct));
    }

    [Fact]
    public async Task A_policy_over_an_unknown_monitor_or_without_its_job_is_refused()
    {
        await GivenAsync();

        var monitor = await Assert.ThrowsAsync<SlipwayException>(
            () => _host.DeclarePolicyAsync(Policy.Replace("monitor: flights", "monitor: fright", StringComparison.Ordinal), Ct));
        var job = await Assert.ThrowsAsync<SlipwayException>(
            () => _host.Get<CreatePolicy>().RunAsync(Caller.System, Policy, null, Ct));

        Assert.Equal("Monitor 'fright' does not exist.", monitor.Message);
        Assert.Contains("send its text along", job.Message, StringComparison.Ordinal);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task GivenAsync(bool withModel = true, string policy = Policy, string monitor = Monitor)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        if (withModel)
        {
            var version = await _host.RegisterAsync(Profile(), Ct);
            await _host.Get<IGateLog>().RecordAsync(
                Caller.System,
                new GateDecision
                {
                    Id = "gate1",
                    Model = "late",
                    Candidate = version.Number,
                    Accepted = true,
                    Reason = "first",
                    EvidenceJson = """{"candidate":{"accuracy":1.0,"auc":null}}""",
                    DecidedAt = Time.GetUtcNow(),
                    DecidedBy = "test",
                },
                [],
                Ct);
        }

        await _host.DeclareAsync(monitor, Ct);
        await _host.DeclarePolicyAsync(policy, Ct);
    }
}

public sealed class RetrainingOnSqlite() : RetrainingContract(DatabaseProvider.Sqlite);

public sealed class RetrainingOnPostgres() : RetrainingContract(DatabaseProvider.Postgres);
