using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Engines.DuckDb;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Measures;

/// <summary>
/// Runs a component as a job, and reads the table that it leaves in the output signal_metrics: metric_name and metric_value,
/// and as it likes group and threshold_value.
/// </summary>
internal sealed class CustomMeasurement(IJobs jobs, ILakeTables lake)
{
    private const string Output = "signal_metrics";
    private static readonly string[] s_required = ["metric_name", "metric_value"];

    public async Task<SignalResult> MeasureAsync(
        Caller caller, string monitor, CustomSignal signal, TimeWindow window, CancellationToken ct)
    {
        var job = await jobs.SubmitAsync(
            caller,
            new NewJob
            {
                Yaml = Pipeline(monitor, signal, window).ToJsonString(),
                Source = $"signal {signal.Name}",
                Tags = new Dictionary<string, string> { ["monitor"] = monitor, ["signal"] = signal.Name },
            },
            ct);
        job = await jobs.WaitAsync(caller, job.Name, ct);
        var step = job.Steps is [var only, ..] ? only : null;
        if (job.Status != JobStatus.Completed)
            return SignalResult.NotMeasured(signal, $"job {job.Name} is {job.Status}: {step?.Message ?? job.Message ?? "it gives no reason"}");
        if (step?.Outputs.GetValueOrDefault(Output)?.Tree is not { } tree)
            return SignalResult.NotMeasured(signal, $"job {job.Name} left no output {Output}.");
        var table = await lake.TableAsync(tree, ct);
        var metrics = Read(signal, table.Expression, ct);
        return metrics.Count == 0
            ? SignalResult.NotMeasured(signal, $"the table {Output} of job {job.Name} has no rows.")
            : new SignalResult(signal, true, metrics, Tell(metrics, job));
    }

    internal static JsonObject Pipeline(string monitor, CustomSignal signal, TimeWindow window)
    {
        var step = signal.Inline is { } inline ? (JsonObject)inline.DeepClone() : new JsonObject { ["component"] = $"azureml:{signal.Component}" };
        var inputs = new JsonObject();
        foreach (var (name, value) in signal.Inputs)
        {
            inputs[name] = value
                .Replace("${{window.from}}", Text(window.From), StringComparison.Ordinal)
                .Replace("${{window.to}}", Text(window.To), StringComparison.Ordinal);
        }

        foreach (var (name, data) in signal.Data)
        {
            inputs[name] = new JsonObject
            {
                ["type"] = "uri_folder",
                ["path"] = data.Asset is { } asset ? $"azureml:{asset}" : throw SlipwayException.Invalid(
                    $"Signal '{signal.Name}' gives no path for the data '{name}'."),
            };
        }

        step["inputs"] = inputs;
        step["outputs"] = new JsonObject { [Output] = new JsonObject { ["type"] = "uri_folder" } };
        return new JsonObject
        {
            ["type"] = "pipeline",
            ["experiment_name"] = monitor,
            ["display_name"] = $"{monitor} {signal.Name} {WindowText.Of(window)}",
            ["jobs"] = new JsonObject { ["signal"] = step },
        };
    }

    private List<MonitorMetric> Read(CustomSignal signal, string table, CancellationToken ct)
    {
        using var connection = lake.Connect();
        var columns = TableColumns.Read(connection, table, ct);
        if (Array.Find(s_required, name => !columns.ContainsKey(name)) is { } missing)
            throw SlipwayException.Invalid($"The table {Output} has no column {missing}; it has {string.Join(", ", columns.Keys)}.");
        var group = columns.ContainsKey("group") ? "cast(\"group\" as varchar)" : "null::varchar";
        var threshold = columns.ContainsKey("threshold_value") ? "try_cast(threshold_value as double)"
            : columns.ContainsKey("threshold") ? "try_cast(threshold as double)" : "null::double";
        using var result = connection.Query(
            $"select cast(metric_name as varchar), try_cast(metric_value as double), {group}, {threshold} from {table}", ct);
        var metrics = new List<MonitorMetric>();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.RowCount; row++)
                metrics.Add(Metric(signal, chunk.Row(row)));
        }

        return metrics;
    }

    // The definition's threshold wins over the component's; a figure beyond it is worse, as for Azure ML's own.
    private static MonitorMetric Metric(CustomSignal signal, DuckDbRow row)
    {
        var name = row.Get<string>(0) ?? "";
        var value = row.Get<double?>(1) is { } number && double.IsFinite(number) ? number : (double?)null;
        var threshold = signal.Limits.TryGetValue(name, out var limit) ? limit : row.Get<double?>(3);
        return new MonitorMetric(
            signal.Name, row.Get<string>(2) is { Length: > 0 } feature ? feature : null, name, value, threshold, value > threshold);
    }

    private static string? Tell(List<MonitorMetric> metrics, Job job)
    {
        var crossed = metrics.Where(metric => metric.Crossed).Take(5).Select(metric => string.Create(
            CultureInfo.InvariantCulture,
            $"{(metric.Feature is null ? "" : metric.Feature + " ")}{metric.Metric} {metric.Value:0.####} > {metric.Threshold:0.####}")).ToList();
        return crossed.Count == 0 ? null : $"{string.Join("; ", crossed)}, by job {job.Name}.";
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
