using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Slipway.Statistics.Drift;

namespace Slipway.Storage.Monitoring;

/// <summary>A monitor over what the endpoint "flights" answered, week by week, beside a model with its training profile.</summary>
public abstract class MonitorBed(DatabaseProvider provider) : DatabaseContract(provider)
{
    internal const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs:
              type: data_drift
              metric_thresholds:
                numerical: {population_stability_index: 0.2, jensen_shannon_distance: 0.1}
                categorical: {jensen_shannon_distance: 0.1}
            scores:
              type: prediction_drift
            quality:
              type: model_performance
              metric_thresholds: {classification: {accuracy: 0.9}}
        """;

    private protected MonitoringHost Host { get; private set; } = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }

    internal static TimeWindow Week(int number)
    {
        var start = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(7 * number);
        return new TimeWindow(start, start.AddDays(7));
    }

    /// <summary>A thousand rows, by default like the training data; i counts them.</summary>
    internal static string Answers(
        string hour = "i % 24", string origin = "chr((65 + i % 5)::int)", string score = "(i % 10) / 10.0",
        string label = "(i % 10 >= 5)::int::double", string version = "1", int rows = 1000) =>
        $"""
         select 'p.' || i as prediction_id, timestamptz '2001-01-08 00:00:00+00' as event_time, 'blue' as deployment,
                ({version})::integer as model_version, {hour} as input_hour, {origin}::varchar as input_origin,
                ({score})::float as output_score, {label} as label, null::timestamptz as label_time
         from range({rows}) t(i)
         """;

    internal static TrainingProfile Profile() => new(
        1000,
        [
            FeatureProfile.OfNumbers("hour", [.. Enumerable.Range(0, 1000).Select(i => (double)(i % 24))]),
            FeatureProfile.OfCategories("origin", "ABCDE".Select(letter => KeyValuePair.Create($"{letter}", 200L)), nulls: 0),
        ],
        FeatureProfile.OfNumbers("score", [.. Enumerable.Range(0, 1000).Select(i => (double)(float)(i % 10 / 10.0))]),
        From: null,
        To: Week(0).To);

    private protected Task<IReadOnlyList<Alert>> AlertsAsync(string? status) =>
        Host.Get<AlertStore>().ListAsync(WorkspaceName.Default, new AlertQuery { Monitor = "flights", Status = status, Limit = 10 }, Ct);

    private protected async Task GivenAsync(string monitor = Monitor, bool withProfile = true)
    {
        Host = new MonitoringHost(Database, Folder, Time);
        await Host.RegisterAsync(withProfile ? Profile() : null, Ct);
        await Host.DeclareAsync(monitor, Ct);
    }
}
