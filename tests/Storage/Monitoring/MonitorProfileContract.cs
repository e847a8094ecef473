using Slipway.Data;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>Signals that look at profiles, beside the same signals over the rows that the profiles are of.</summary>
public abstract class MonitorProfileContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task Drift_from_the_training_data_is_that_of_the_rows()
    {
        const string Drift = "type: data_drift, metric_thresholds: {numerical: {population_stability_index: 0.2, jensen_shannon_distance: 0.1}, categorical: {hellinger_distance: 0.1}}";
        await GivenAsync(
            $$"""
            rows: { {{Drift}} }
            profiles: { source: profiles, {{Drift}} }
            scores: {type: prediction_drift}
            profiled_scores: {type: prediction_drift, source: profiles}
            """);
        Answered(Week(1), Answers(hour: "i % 12", score: "case when i % 3 = 0 then 0.9 else 0.1 end"));

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour"], run.Drifted);
        AssertSame(run, "rows", "profiles");
        AssertSame(run, "scores", "profiled_scores");
        Assert.Equal((1000, "late", 1), (run.Rows, run.Model, run.ModelVersion));
        Assert.Contains("profiles: 1 of 2 features drifted in 2001-01-08 to 2001-01-15 against the training data of model:late@1", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_from_an_earlier_window_and_from_a_data_asset_is_that_of_the_rows()
    {
        const string Before = "type: data_drift, reference_data: {data_window: {lookback_window_size: P7D, lookback_window_offset: P7D}}, "
            + "metric_thresholds: {numerical: {two_sample_kolmogorov_smirnov_test: 0.05, normalized_wasserstein_distance: 0.1}, categorical: {jensen_shannon_distance: 0.1}}";
        await GivenAsync(
            $$"""
            rows: { {{Before}} }
            profiles: { source: profiles, {{Before}} }
            """);
        Answered(Week(1), Answers());
        Answered(Week(2), Answers(hour: "i % 24 + 6"));

        var run = await _host.RunAsync(Week(2), Ct);

        AssertSame(run, "rows", "profiles");
        Assert.Equal("crossed", run.Metrics.Last(metric => metric.Metric == "normalized_wasserstein_distance").Verdict);
        Assert.Contains("against 2001-01-08 to 2001-01-15", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quality_is_that_of_the_rows()
    {
        const string Quality = "type: data_quality, metric_thresholds: {numerical: {null_value_rate: 0.01, out_of_bounds_rate: 0.01}, categorical: {unseen_category_rate: 0.01}}";
        await GivenAsync(
            $$"""
            rows: { {{Quality}} }
            profiles: { source: profiles, {{Quality}} }
            """);
        Answered(new TimeWindow(Week(0).From, Week(0).To), Answers());
        Answered(Week(2), Answers(hour: "case when i % 10 = 0 then null when i % 10 = 1 then 99 else i % 24 end", origin: "case when i % 4 = 0 then 'new' else 'A' end"));

        var run = await _host.RunAsync(Week(2), Ct);

        AssertSame(run, "rows", "profiles");
        Assert.Equal([0.1, 0.1, 0.25], run.Metrics.Where(metric => metric.Signal == "profiles").Select(metric => metric.Value!.Value).Order());
    }

    [Fact]
    public async Task Where_no_rows_were_kept_the_profiles_are_named_and_measured()
    {
        await GivenAsync(
            """
            rows: {type: data_drift}
            profiles: {type: data_drift, source: profiles, minimum_rows: 2000}
            quality: {type: data_quality, source: profiles}
            """);
        Answered(Week(1), Answers());
        _host.Collected.Windows.Clear();

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Contains("rows: nothing was collected from 'flights' in 2001-01-08 to 2001-01-15. There are profiles of 1,000 rows; give the signal source: profiles.", run.Message, StringComparison.Ordinal);
        Assert.Contains("profiles: 1,000 rows are too few to judge drift; minimum_rows is 2,000.", run.Message, StringComparison.Ordinal);
        Assert.Contains("quality: no answers of 'flights' were profiled in 2000-12-25 to 2001-01-01, so there is nothing to compare with.", run.Message, StringComparison.Ordinal);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private static void AssertSame(MonitorRun run, string rows, string profiles)
    {
        var expected = run.Metrics.Where(metric => metric.Signal == rows).ToList();
        var found = run.Metrics.Where(metric => metric.Signal == profiles).ToList();
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(metric => (metric.Feature, metric.Metric, metric.Verdict)), found.Select(metric => (metric.Feature, metric.Metric, metric.Verdict)));
        Assert.All(found, metric => Assert.Equal(metric.Low is null && metric.High is null ? null : "error", metric.Bounds));
        foreach (var (one, other) in expected.Zip(found))
            Assert.Equal(one.Value!.Value, other.Value!.Value, 1e-9);
    }

    private async Task GivenAsync(string signals)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(Profile(), Ct);
        var indented = string.Join('\n', signals.Split('\n').Select(line => "    " + line));
        await _host.DeclareAsync(
            $"""
             name: flights
             create_monitor:
               monitoring_target: {"{"}ml_task: classification, endpoint_deployment_id: "azureml:flights"{"}"}
               monitoring_signals:
             {indented}
             """,
            Ct);
    }

    // The same rows as collected ones and as a profile.
    private void Answered(TimeWindow window, string rows)
    {
        _host.Collected.Windows[window] = rows;
        var training = Profile();
        AnswerColumn[] columns =
        [
            new("input_hour", FeatureType.Numeric, training.Features[0]),
            new("input_origin", FeatureType.Categorical, training.Features[1]),
            new("output_score", FeatureType.Numeric, training.Score),
        ];
        var profile = new AnswerProfile(columns);
        using var connection = _host.Get<ILakeTables>().Connect();
        using var result = connection.Query($"select input_hour::double, input_origin, output_score::double from ({rows})", Ct);
        foreach (var (hour, origin, score) in result.Read(row => (row.Get<double?>(0), row.Get<string>(1)!, row.Get<double?>(2))))
        {
            columns[0].Add([hour ?? double.NaN]);
            columns[1].Add(System.Text.Encoding.UTF8.GetBytes(origin));
            columns[2].Add([score ?? double.NaN]);
            profile.AddRows(1);
        }

        _host.Profiles.All.Add(new ProfiledAnswers("blue", "late", 1, window, profile));
    }
}

public sealed class MonitorProfileOnSqlite() : MonitorProfileContract(DatabaseProvider.Sqlite);

public sealed class MonitorProfileOnPostgres() : MonitorProfileContract(DatabaseProvider.Postgres);
