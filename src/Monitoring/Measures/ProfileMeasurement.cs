using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Measures;

/// <summary>
/// Measures drift and quality from the profiles that were made while answers were given: every answer counts, also where rows were not kept, and a window
/// is a sum and no scan.
/// </summary>
internal sealed class ProfileMeasurement(References references, FeatureRanking ranking)
{
    public async Task<SignalResult> MeasureAsync(Look look, SignalDefinition signal, TimeWindow window, IAnswerProfiles profiles, CancellationToken ct)
    {
        if (look.Monitor.Endpoint.Length == 0)
            return SignalResult.NotMeasured(signal, "profiles are of an endpoint's answers; name it in monitoring_target.");
        var answers = await profiles.ReadAsync(look.Caller, look.Monitor.Endpoint, look.Monitor.Deployment, window, ct);
        if (answers.Sum(one => one.Profile.Rows) == 0)
            return SignalResult.NotMeasured(signal, Nothing(look, window));
        var served = await references.VersionAsync(look.Caller, answers[0].Model, answers[0].ModelVersion, ct);
        var training = signal is DriftSignal && signal.Reference is null ? await references.FindAsync(look.Caller, served, ct) : null;

        // Another version counts in other bins.
        var compared = training is null ? answers
            : [.. answers.Where(one => (one.Model, one.ModelVersion) == (served.Model, served.Number))];
        var current = ProfileTable.Of(compared, WindowText.Of(window));
        if (!look.Seen.Any(seen => seen.Window == window))
            look.Seen.Add((window, current.Table));
        var reference = training is null ? await ReferenceAsync(look, signal, profiles, ct) : null;
        if (training is null && reference is null)
            return SignalResult.NotMeasured(signal, Missing(look, signal, served.Node));
        var comparison = new Comparison
        {
            Connection = look.Tables.Connection,
            Current = current.Table,
            Reference = reference?.Table,
            Profile = training,
            Served = served,
            Ranking = await ranking.FindAsync(signal, look.Tables.Connection, signal.Reference?.Asset is null ? null : reference!.Table, served, ct),
        };
        return signal is DriftSignal drift ? Drift(drift, comparison, current, reference) : Quality((QualitySignal)signal, comparison, current, reference!);
    }

    private static string Nothing(Look look, TimeWindow window) => $"no answers of '{look.Monitor.Endpoint}' were profiled in {WindowText.Of(window)}.";

    private static string Missing(Look look, SignalDefinition signal, string version) =>
        (signal is DriftSignal && signal.Reference is null ? $"{version} has no {TrainingProfile.FileName}, and " : "")
        + $"{Nothing(look, signal.ReferenceWindowOf(look.Window))[..^1]}, so there is nothing to compare with.";

    private static async Task<ProfileTable?> ReferenceAsync(Look look, SignalDefinition signal, IAnswerProfiles profiles, CancellationToken ct)
    {
        if (signal.Reference?.Asset is not null)
        {
            var asset = await look.Tables.AssetAsync([signal.Reference], look.Window, ct);
            return ProfileTable.Scan(look.Tables.Connection, asset, [.. asset.Features.Values.Concat(asset.Score is { } score ? [score] : []).Distinct()], ct);
        }

        var window = signal.ReferenceWindowOf(look.Window);
        var answers = await profiles.ReadAsync(look.Caller, look.Monitor.Endpoint, look.Monitor.Deployment, window, ct);
        return answers.Sum(one => one.Profile.Rows) == 0 ? null : ProfileTable.Of(answers, WindowText.Of(window));
    }

    private static SignalResult Drift(DriftSignal signal, Comparison comparison, ProfileTable current, ProfileTable? reference)
    {
        var (columns, absent) = signal.OfPredictions ? ComparedColumns.OfScore(comparison) : ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        var least = Math.Min(current.Profile.Rows, reference?.Profile.Rows ?? long.MaxValue);
        if (least < signal.LeastRows)
            return TooFew(signal, least, "drift");
        if (signal.OfPredictions)
            comparison = comparison.WithScores();
        var (figures, histograms) = reference is null ? OfTraining(signal, columns, current) : OfPairs(signal, comparison, columns, current, reference);
        var metrics = DriftVerdicts.Judge(signal, figures);
        return new SignalResult(signal, true, metrics, DriftVerdicts.Tell(signal, figures, metrics, columns.Count, comparison, absent))
        {
            Histograms = histograms,
        };
    }

    private static SignalResult TooFew(SignalDefinition signal, long least, string what) =>
        SignalResult.NotMeasured(signal, $"{least:N0} rows are too few to judge {what}; minimum_rows is {signal.LeastRows:N0}.") with
        { Metrics = [DriftMeasurement.TooFew(signal, null, least)] };

    private static (IReadOnlyList<DriftFigure> Figures, IReadOnlyList<BinnedPair> Histograms) OfTraining(
        DriftSignal signal, IReadOnlyList<ComparedColumn> columns, ProfileTable current)
    {
        var figures = new List<DriftFigure>();
        var histograms = new List<BinnedPair>();
        foreach (var (feature, name, profile) in columns)
        {
            var column = current.Profile.Find(name)!;

            // Answers that were given before a change of what the model is said to have learned from are counted in other bins.
            var isCounted = column.Bins.Length == profile!.BinCount;
            figures.AddRange(signal.Limits.Of(feature, profile.Type, hasValues: false, 0, 0).Select(limit => new DriftFigure(
                DriftMeasurement.Name(signal, feature),
                null,
                limit,
                isCounted && limit.Statistic is IBinnedStatistic binned ? binned.Measure(profile.Counts, column.Bins) : double.NaN)));
            if (isCounted)
                histograms.Add(new BinnedPair(profile, [.. column.Bins]));
        }

        return (figures, histograms);
    }

    private static (IReadOnlyList<DriftFigure> Figures, IReadOnlyList<BinnedPair> Histograms) OfPairs(
        DriftSignal signal, Comparison comparison, IReadOnlyList<ComparedColumn> columns, ProfileTable current, ProfileTable reference)
    {
        var pairs = columns.Select(column => (column.Feature, Pair: Pair(comparison, column, current, reference))).ToList();
        return (
            [
                .. pairs.SelectMany(one => signal.Limits
                    .Of(one.Feature, one.Pair.Reference.Type, hasValues: true, one.Pair.ReferenceValues, one.Pair.ReferenceDistinct)
                    .Select(limit => Figure(DriftMeasurement.Name(signal, one.Feature), limit, one.Pair.Measure(limit.Statistic)))),
            ],
            [.. pairs.Where(one => one.Pair.Reference.Type == one.Pair.Current.Type).Select(one => one.Pair.Binned)]);
    }

    private static DriftFigure Figure(string? feature, DriftLimit limit, Bounded value) => new(feature, null, limit, value.Value)
    {
        Low = value.IsExact || !double.IsFinite(value.Low) ? null : value.Low,
        High = value.IsExact || !double.IsFinite(value.High) ? null : value.High,
    };

    private static AnswerPair Pair(Comparison comparison, ComparedColumn column, ProfileTable current, ProfileTable reference) =>
        new(reference.Profile.Find(comparison.Reference!.Features[column.Feature])!, current.Profile.Find(column.Column)!);

    private static SignalResult Quality(QualitySignal signal, Comparison comparison, ProfileTable current, ProfileTable reference)
    {
        var (columns, absent) = ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        if (current.Profile.Rows < signal.LeastRows)
            return TooFew(signal, current.Profile.Rows, "quality");
        var metrics = columns.SelectMany(column => Rates(signal, column.Feature, Pair(comparison, column, current, reference))).ToList();
        return new SignalResult(signal, true, metrics, QualityMeasurement.Tell(metrics, comparison, absent));
    }

    // What is certain is judged, and what may be is told beside it. Values of another type were refused when they came.
    private static IEnumerable<MonitorMetric> Rates(QualitySignal signal, string feature, AnswerPair pair)
    {
        var (outside, unseen) = pair.Quality();
        QualityCounts Counts(long bounds, long texts) => new(pair.Current.Count, pair.Current.Nulls, 0, bounds, texts);
        var (least, most) = (Counts(outside.Least, unseen.Least), Counts(outside.Most, unseen.Most));
        return signal.LimitsOf(feature, pair.Reference.Type).Select(limit =>
        {
            var (rate, high) = (limit.Statistic.Measure(least), limit.Statistic.Measure(most));
            return new MonitorMetric(
                signal.Name, feature, limit.Statistic.Name, double.IsFinite(rate) ? rate : null, limit.Threshold, rate > limit.Threshold)
            {
                Low = high > rate ? rate : null,
                High = high > rate ? high : null,
                Bounds = high > rate ? MonitorMetric.Error : null,
            };
        });
    }
}
