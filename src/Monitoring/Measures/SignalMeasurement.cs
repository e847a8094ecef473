using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>What all signals of a monitor found.</summary>
/// <param name="Version">The model version that answered most rows of the run's window; null without rows.</param>
internal sealed record Findings(
    IReadOnlyList<SignalResult> Results, ModelVersion? Version, IReadOnlyCollection<string> Deployments, long Rows);

/// <summary>Measures the signals of a monitor for a window. What one signal lacks keeps none of the others from being measured.</summary>
internal sealed class SignalMeasurement(
    IEndpoints endpoints, ICollectedData collected, ILakeTables lake, IDataAssets assets, References references, FeatureRanking ranking,
    CustomMeasurement custom, ProfileMeasurement profiled, IAnswerProfiles profiles)
{
    public async Task<Findings> MeasureAsync(Caller caller, MonitorDefinition monitor, TimeWindow window, CancellationToken ct)
    {
        var endpoint = monitor.Endpoint.Length == 0 ? null : await endpoints.FindAsync(caller, monitor.Endpoint, ct)
            ?? throw SlipwayException.NotFound("Endpoint", monitor.Endpoint);
        using var connection = lake.Connect();
        return await MeasureAsync(
            monitor, endpoint, window,
            new RunTables(connection, lake, assets, collected, caller, monitor) { Profiles = profiles }, caller, ct);
    }

    /// <param name="endpoint">Null: which model answered is not known, so windows are compared with windows.</param>
    public async Task<Findings> MeasureAsync(
        MonitorDefinition monitor, OnlineEndpoint? endpoint, TimeWindow window, RunTables tables, Caller caller, CancellationToken ct)
    {
        var look = new Look(caller, monitor, endpoint, window, tables);
        var results = new List<SignalResult>();
        foreach (var signal in monitor.Signals)
        {
            try
            {
                results.Add(await MeasureAsync(look, signal, ct));
            }
            catch (SlipwayException refusal) when (refusal.Code is ErrorCode.InvalidParameter or ErrorCode.NotFound or ErrorCode.EngineFailed)
            {
                // Other columns, a version that is gone, a file that cannot be read: a verdict on this signal.
                results.Add(SignalResult.NotMeasured(signal, refusal.Message));
            }
        }

        var rows = look.Seen.OrderByDescending(seen => seen.Window == window).FirstOrDefault();
        return new Findings(
            results,
            look.Seen.Count == 0 || endpoint is null ? null : await ServedAsync(look, rows.Table, ct),
            [.. look.Seen.SelectMany(seen => seen.Table.Answered.Select(one => one.Deployment)).Distinct()],
            look.Seen.Count == 0 ? 0 : rows.Table.Rows);
    }

    private async Task<SignalResult> MeasureAsync(Look look, SignalDefinition signal, CancellationToken ct)
    {
        if (signal is UnsupportedSignal unsupported)
            return SignalResult.NotMeasured(signal, unsupported.Why);
        if (signal is CustomSignal own)
            return await custom.MeasureAsync(look.Caller, look.Monitor.Name, own, look.Window, ct);
        var window = signal.WindowOf(look.Window);
        if (signal.OfProfiles && look.Tables.Profiles is { } kept)
            return await profiled.MeasureAsync(look, signal, window, kept, ct);
        var current = await CurrentAsync(look, signal, window, ct);
        if (signal is PerformanceSignal performance)
            return await PerformanceAsync(look, performance, window, current, ct);
        if (current is null)
            return SignalResult.NotMeasured(signal, await NothingAsync(look, window, ct));
        var comparison = await ComparisonAsync(look, signal, current, ct);
        return comparison switch
        {
            (null, var why) => SignalResult.NotMeasured(signal, why!),
            ({ } found, _) => signal switch
            {
                DriftSignal drift => DriftMeasurement.Measure(drift, found, ct),
                QualitySignal quality => QualityMeasurement.Measure(quality, found, ct),
                _ => AttributionMeasurement.Measure((AttributionSignal)signal, found, ct),
            },
        };
    }

    private static async Task<DataTable?> CurrentAsync(Look look, SignalDefinition signal, TimeWindow window, CancellationToken ct)
    {
        if (signal.Production.Any(data => data.Asset is not null))
            return await look.Tables.AssetAsync([.. signal.Production.Where(data => data.Asset is not null)], window, ct);
        var table = await look.Tables.CollectedAsync(window, ct);
        if (table is not null && !look.Seen.Any(seen => seen.Window == window))
            look.Seen.Add((window, table));
        return table;
    }

    // Rows may have been left out by sampling, and have been profiled all the same.
    private static async Task<string> NothingAsync(Look look, TimeWindow window, CancellationToken ct)
    {
        var profiled = look.Tables.Profiles is not { } profiles ? 0
            : (await profiles.ReadAsync(look.Caller, look.Monitor.Endpoint, look.Monitor.Deployment, window, ct)).Sum(answers => answers.Profile.Rows);
        return Nothing(look, window) + (profiled == 0 ? "" : $" There are profiles of {profiled:N0} rows; give the signal source: profiles.");
    }

    private static string Nothing(Look look, TimeWindow window) =>
        $"nothing was collected from '{look.Monitor.Endpoint}' in {WindowText.Of(window)}.";

    private async Task<SignalResult> PerformanceAsync(
        Look look, PerformanceSignal signal, TimeWindow window, DataTable? labelled, CancellationToken ct)
    {
        // Estimates speak of the newest rows, which have no labels yet.
        var result = labelled is null
            ? SignalResult.NotMeasured(signal, Nothing(look, window))
            : Dated(window, look, PerformanceMeasurement.Measure(signal, look.Monitor.Task, look.Tables.Connection, labelled, ct));
        if (look.Monitor.Endpoint.Length == 0 || await look.Tables.CollectedAsync(look.Window, ct) is not { } newest)
            return result;
        var known = signal.Reference?.Asset is not null
            ? await look.Tables.AssetAsync([signal.Reference], look.Window, ct)
            : await look.Tables.CollectedAsync(Earlier(signal, look.Window, window), ct);
        var estimates = PerformanceEstimate.Measure(signal, look.Monitor.Task, look.Tables.Connection, known, newest, ct);
        return result with
        {
            Measured = result.Measured || estimates.Any(metric => metric.Threshold is not null),
            Metrics = [.. result.Metrics, .. estimates],
            Message = PerformanceMeasurement.Causes(estimates) is { } causes
                ? $"{(result.Message is null ? "" : result.Message + " ")}{causes}, estimated for {newest.Description}."
                : result.Message,
        };
    }

    private static SignalResult Dated(TimeWindow window, Look look, SignalResult result) => window == look.Window ? result : result with
    {
        Metrics = [.. result.Metrics.Select(metric => metric with { Window = window })],
    };

    // Labels come late: the window before the labelled one, or the labelled one when it is not the newest.
    private static TimeWindow Earlier(PerformanceSignal signal, TimeWindow run, TimeWindow labelled) =>
        signal.Reference is not null ? signal.ReferenceWindowOf(run)
        : labelled != run ? labelled
        : new TimeWindow(run.From - (run.To - run.From), run.From);

    private async Task<(Comparison? Comparison, string? Why)> ComparisonAsync(Look look, SignalDefinition signal, DataTable current, CancellationToken ct)
    {
        var served = current.Answered.Count > 0 && look.Endpoint is not null ? await ServedAsync(look, current, ct) : null;
        var comparison = new Comparison { Connection = look.Tables.Connection, Current = current, Served = served };
        if (signal.Reference?.Asset is not null)
        {
            comparison = comparison with { Reference = await look.Tables.AssetAsync([signal.Reference], look.Window, ct) };
        }
        else
        {
            var profile = signal is DriftSignal && signal.Reference is null && served is not null ? await references.FindAsync(look.Caller, served, ct) : null;
            if (profile is not null)
            {
                comparison = comparison with { Profile = profile };
            }
            else
            {
                var window = signal.ReferenceWindowOf(look.Window);
                if (look.Monitor.Endpoint.Length == 0)
                    return (null, "give it reference_data with input_data.");
                if (await look.Tables.CollectedAsync(window, ct) is not { } before)
                {
                    return (null, (signal is DriftSignal && signal.Reference is null && served is not null
                        ? $"{served.Node} has no {TrainingProfile.FileName}, and " : "") + $"{Nothing(look, window)[..^1]}, so there is nothing to compare with.");
                }

                comparison = comparison with { Reference = before };
            }
        }

        return (comparison with
        {
            Ranking = await ranking.FindAsync(signal, look.Tables.Connection, comparison.Reference, served, ct),
        }, null);
    }

    private async Task<ModelVersion> ServedAsync(Look look, DataTable data, CancellationToken ct)
    {
        var (deployment, number, _) = data.Answered[0];
        var known = look.Endpoint!.Deployments;
        var model = look.Monitor.Model
            ?? (known.FirstOrDefault(one => one.Name == deployment) ?? (known is [var first, ..] ? first : null))?.Model
            ?? throw SlipwayException.Invalid(
                $"Deployment '{look.Endpoint.Name}/{deployment}' is gone, so its model is not known; name it as model_id of the monitoring_target.");
        return await references.VersionAsync(look.Caller, model, number, ct);
    }
}
