using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>Each kind of signal over rows, assets and segments.</summary>
public abstract class MonitorSignalContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task Drift_against_a_data_asset_is_measured_on_its_rows()
    {
        await GivenAsync(
            """
            drift:
              type: data_drift
              reference_data: {input_data: {type: uri_folder, path: "azureml:baseline:1"}, data_column_names: {target_column: late, prediction_probability: score}}
              features: all_features
              metric_thresholds:
                numerical: {two_sample_kolmogorov_smirnov_test: 0.05, normalized_wasserstein_distance: 0.1}
                categorical: {pearsons_chi_squared_test: 0.05}
                rows: {domain_classifier_auc: 0.6, pca_reconstruction_error: 0.5}
            scores: {type: prediction_drift, reference_data: {input_data: {path: "azureml:baseline:1"}, data_column_names: {target_column: late, prediction_probability: score}}}
            """);
        await BaselineAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", origin: "chr((65 + (i // 7) % 5)::int)");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour"], run.Drifted);
        var test = run.Metrics.Single(metric => metric.Metric == "two_sample_kolmogorov_smirnov_test");
        Assert.True(test.Adjusted < 1e-9 && test.Verdict == "crossed");
        Assert.Equal("ok", run.Metrics.Single(metric => metric.Metric == "pearsons_chi_squared_test").Verdict);
        Assert.InRange(run.Metrics.Single(metric => metric.Metric == "domain_classifier_auc").Value!.Value, 0.6, 1);
        Assert.Equal(0, run.Metrics.Single(metric => metric.Signal == "scores").Value!.Value, 1e-6);
        Assert.Contains("against data:baseline@1", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_against_the_week_before_needs_no_profile()
    {
        await GivenAsync("drift: {type: data_drift, reference_data: {data_window: {lookback_window_size: P7D, lookback_window_offset: P7D}}, metric_thresholds: auto}");
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Windows[Week(2)] = Answers(hour: "i % 24 + 6");

        var run = await _host.RunAsync(Week(2), Ct);

        Assert.Equal(["hour"], run.Drifted);
        Assert.Contains("against 2001-01-08 to 2001-01-15", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_rows_are_counted_by_their_kind()
    {
        await GivenAsync("quality: {type: data_quality, reference_data: {input_data: {path: \"azureml:baseline:1\"}}, features: [hour, origin]}");
        await BaselineAsync();
        _host.Collected.Windows[Week(1)] = Answers(
            hour: "case when i < 100 then null when i < 150 then 'soon' when i < 170 then '99' else (i % 24)::varchar end",
            origin: "case when i < 30 then 'Zürich' else 'A' end");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(0.1, Value(run, "hour", "null_value_rate"), 1e-9);
        Assert.Equal(0.05, Value(run, "hour", "data_type_error_rate"), 1e-9);
        Assert.Equal(0.02, Value(run, "hour", "out_of_bounds_rate"), 1e-9);
        Assert.Equal(0.03, Value(run, "origin", "out_of_bounds_rate"), 1e-9);
        Assert.Contains("Of another type than in the reference: hour", run.Message, StringComparison.Ordinal);
        Assert.Empty(run.Drifted);
        Assert.DoesNotContain(_host.Heard.All, heard => heard is DriftFound);
    }

    [Fact]
    public async Task Answers_that_lean_on_another_input_are_told()
    {
        await GivenAsync("attribution: {type: feature_attribution_drift, reference_data: {input_data: {path: \"azureml:baseline:1\"}, data_column_names: {target_column: late, prediction: score}}}");
        await BaselineAsync();
        _host.Collected.Windows[Week(1)] = Answers(score: "(ascii(chr((65 + i % 5)::int)) - 65) / 5.0");

        var run = await _host.RunAsync(Week(1), Ct);

        var gain = run.Metrics.Single(metric => metric.Metric == "normalized_discounted_cumulative_gain");
        Assert.True(gain is { Crossed: true, Threshold: 0.9 } && gain.Value < 0.9, $"{gain}");
        Assert.Contains("The answers depend on other inputs", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Performance_has_intervals_segments_and_an_estimate_without_labels()
    {
        await GivenAsync(
            """
            quality:
              type: model_performance
              production_data: {data_window: {lookback_window_size: P7D, lookback_window_offset: P7D}}
              segments: [origin]
            """);
        _host.Collected.Windows[Week(1)] = Answers(rows: 2000);
        _host.Collected.Windows[Week(2)] = Answers(label: "null::double", rows: 1500);

        var run = await _host.RunAsync(Week(2), Ct);

        var accuracy = run.Metrics.Single(metric => metric is { Metric: "accuracy", Segment: null });
        Assert.Equal((1, 1, 1), (accuracy.Value, accuracy.Low, accuracy.High));
        var kept = (await _host.Get<RunStore>().FindAsync(WorkspaceName.Default, run.Id, Ct))!.Metrics;
        Assert.Equal((Week(1), "confidence"), (kept.Single(metric => metric is { Metric: "accuracy", Segment: null }) is var own ? (own.Window, own.Bounds) : default));
        Assert.Null(kept.Single(metric => metric.Metric == "estimated_accuracy").Window);
        Assert.Equal(5, run.Metrics.Count(metric => metric is { Metric: "accuracy", Segment: not null }));
        Assert.Equal(1, run.Metrics.Single(metric => metric.Metric == "estimated_accuracy").Value!.Value, 1e-9);
        Assert.Equal("informational", accuracy.Verdict);
    }

    [Fact]
    public async Task A_regression_is_judged_by_its_errors()
    {
        await GivenAsync(
            """
            quality: {type: model_performance, metric_thresholds: {regression: {mae: 0.5, r2: 0.9}}}
            """,
            "regression");
        _host.Collected.Windows[Week(0)] = Answers(score: "(i % 24)", label: "(i % 24) + 1.0");
        _host.Collected.Windows[Week(1)] = Answers(score: "(i % 24)", label: "(i % 24) + 1.0");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal((1.0, "crossed"), (Math.Round(run.Metrics.Single(metric => metric.Metric == "mae").Value!.Value, 9), run.Metrics.Single(metric => metric.Metric == "mae").Verdict));
        Assert.Equal("ok", run.Metrics.Single(metric => metric.Metric == "r2").Verdict);
        Assert.Equal(1, run.Metrics.Single(metric => metric.Metric == "estimated_mae").Value!.Value, 0.05);
    }

    [Fact]
    public async Task A_component_computes_the_figures_of_a_custom_signal()
    {
        await GivenAsync("own: {type: custom, component_id: \"azureml:spread:1\", metric_thresholds: [{metric_name: spread, threshold: 2}]}");
        _host.Jobs.Outcome = await FinishedAsync("select 'spread' as metric_name, 3.5 as metric_value, 'hour' as \"group\" union all select 'other', 1, null");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(
            [("spread", "hour", 3.5, "crossed"), ("other", null, 1.0, "informational")],
            run.Metrics.Select(metric => (metric.Metric, metric.Feature, metric.Value!.Value, metric.Verdict)));
        Assert.Contains("\"component\":\"azureml:spread:1\"", _host.Jobs.Last!.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_signal_lacks_keeps_no_other_from_being_measured()
    {
        await GivenAsync(
            """
            gone: {type: data_drift, reference_data: {input_data: {path: "azureml:nowhere:1"}}}
            unknown: {type: data_quality, reference_data: {input_data: {path: "azureml:baseline:1"}, data_column_names: {target_column: lat}}}
            judged: {type: generation_safety_quality}
            quality: {type: model_performance}
            """);
        await BaselineAsync();
        _host.Collected.Windows[Week(1)] = Answers();

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal("Completed", run.Status);
        Assert.Contains("gone: Data version 'nowhere:1' does not exist.", run.Message, StringComparison.Ordinal);
        Assert.Contains("no column 'lat'", run.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'late'?", run.Message, StringComparison.Ordinal);
        Assert.Contains("judged: generation_safety_quality needs a language model", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_of_three_rows_says_how_many_it_takes()
    {
        await GivenAsync("drift: {type: data_drift}");
        _host.Collected.Windows[Week(1)] = Answers(rows: 3);

        var run = await _host.RunAsync(Week(1), Ct);
        var read = (await _host.Get<RunStore>().FindAsync(WorkspaceName.Default, run.Id, Ct))!;

        var verdict = Assert.Single(read.Metrics);
        Assert.Equal(("rows", 3, 100, "not enough data"), (verdict.Metric, verdict.Value, verdict.Threshold, verdict.Verdict));
    }

    [Fact]
    public async Task A_disabled_monitor_is_not_run_by_its_schedule()
    {
        await GivenAsync("drift: {type: data_drift}", trigger: "trigger: {type: recurrence, frequency: week, interval: 1}");
        await _host.EnableAsync(false, Ct);
        Time.Advance(TimeSpan.FromDays(8));

        await _host.TickAsync(Ct);
        Assert.Empty(await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        await _host.EnableAsync(true, Ct);
        Time.Advance(TimeSpan.FromDays(8));
        await _host.TickAsync(Ct);

        Assert.Single(await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct));
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private static double Value(MonitorRun run, string feature, string metric) =>
        run.Metrics.Single(one => one.Feature == feature && one.Metric == metric).Value!.Value;

    private async Task GivenAsync(string signals, string task = "classification", string trigger = "")
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(Profile(), Ct);
        var indented = string.Join('\n', signals.Split('\n').Select(line => "    " + line));
        await _host.DeclareAsync(
            $"""
             name: flights
             {trigger}
             create_monitor:
               monitoring_target: {"{"}ml_task: {task}, endpoint_deployment_id: "azureml:flights"{"}"}
               monitoring_signals:
             {indented}
             """,
            Ct);
    }

    private async Task BaselineAsync() => await _host.Get<IDataAssets>().CreateAsync(
        Caller.System,
        new NewDataVersion
        {
            Name = AssetName.Parse("baseline"),
            Version = "1",
            Tree = await TreeAsync(
                """
                select i % 24 as hour, chr((65 + (i // 3) % 5)::int) as origin, (i % 24 >= 12)::int as late, ((i % 10) / 10.0)::float as score
                from range(1000) t(i)
                """),
        },
        Ct);

    private async Task<Digest> TreeAsync(string sql)
    {
        var file = Path.Combine(Folder, $"{Guid.CreateVersion7(Time.GetUtcNow()):N}.parquet");
        using (var connection = _host.Get<ILakeTables>().Connect())
            connection.Execute($"copy ({sql}) to '{file}' (format parquet)", Ct);
        var blob = await _host.Content.PutBytesAsync(await File.ReadAllBytesAsync(file, Ct), Ct);
        return (await _host.Content.PutTreeAsync([new TreeEntry("part.parquet", blob.Digest, blob.Size)], Ct)).Digest;
    }

    private async Task<Job> FinishedAsync(string sql) => new()
    {
        Name = "signal-job",
        Type = "pipeline",
        Experiment = "flights",
        Status = JobStatus.Completed,
        RunId = "run1",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Tags = new Dictionary<string, string>(),
        Steps =
        [
            new JobStep
            {
                Name = "signal",
                Kind = "command",
                Status = JobStatus.Completed,
                RunId = "run2",
                Reused = false,
                Outputs = new Dictionary<string, StepOutput> { ["signal_metrics"] = new(await TreeAsync(sql), null) },
            },
        ],
    };
}

public sealed class MonitorSignalOnSqlite() : MonitorSignalContract(DatabaseProvider.Sqlite);

public sealed class MonitorSignalOnPostgres() : MonitorSignalContract(DatabaseProvider.Postgres);
