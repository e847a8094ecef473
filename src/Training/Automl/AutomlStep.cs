using System.Globalization;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Results;
using Slipway.Training.Automl.Search;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Steps;

namespace Slipway.Training.Automl;

/// <summary>
/// <c>type: automl</c>: learns the target of <c>training_data</c> in many ways and writes the best one, as one ONNX model from raw
/// columns to predictions, to the output <c>best_model</c>.
/// </summary>
internal sealed class AutomlStep(ILakeTables lake, ITracking tracking, ContentStore content, TimeProvider time) : IStepKind
{
    public const string KindName = "automl";

    private const string Output = "best_model";

    private static readonly Dictionary<string, string> s_none = [];

    public string Name => KindName;

    /// <summary>They are Azure ML's and known to Jobs.</summary>
    public IReadOnlyList<StepField> Fields => [];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var settings = AutomlSettings.Read(step.Settings);
        var folder = step.OutputFolder(Output);
        var data = await AutomlReading.ReadAsync(lake, step, settings, ct);
        var series = settings.Forecast is { } forecast ? SeriesPlan.Of(forecast, data) : null;
        if (series is not null)
            data = data.With((rows, isTraining) => series.Prepare(rows, settings.Forecast!, settings.Featurization.Forward, isTraining));
        var folds = Fold.Of(data, settings, series);
        await TellAsync(step, settings, data, series, folds, ct);

        var prepared = await Task.Run(() => folds.Select(fold => PreparedFold.Of(data, settings, series, fold)).ToList(), ct);
        var search = new TrialSearch(prepared, settings, new TrialRuns(tracking, step, time), step.Log, time);
        var (best, all) = await search.RunAsync(ct);

        var importances = settings.Explains ? await Task.Run(() => Explain(prepared[0], best.Trial, settings, ct), ct) : null;
        var final = series is null && folds.Count == 1 ? data.Rows.Take(folds[0].Train) : data.Rows;
        using var pipeline = await Task.Run(() => Fit(data, settings, series, final, best.Trial, ct), ct);
        var difference = await AutomlFolder.WriteAsync(folder, pipeline, final, importances, ct);
        await step.Log.WriteAsync(Leaderboard.Text(all, settings.Metric));
        await FinishAsync(step, settings, data, pipeline, importances, difference, ct);
    }

    private async Task TellAsync(
        StepContext step, AutomlSettings settings, AutomlData data, SeriesPlan? series, IReadOnlyList<Fold> folds, CancellationToken ct)
    {
        foreach (var note in data.Notes)
            await step.Log.WriteLineAsync(note);
        var columns = string.Join(", ", data.Columns.Select(column => $"{column.Name}:{column.Kind.ToString().ToLowerInvariant()}"));
        var judged = folds.Count == 1 ? $"{folds[0].Valid.Length} rows" : $"{folds.Count} folds";
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Learns '{settings.Target}'{(data.Classes is { } classes ? $" ({classes.Count} classes)" : "")} from {data.TrainingRows} rows, judged on {judged}: {columns}."));
        if (series is not null)
            await step.Log.WriteLineAsync(series.Text);
        await tracking.LogAsync(
            step.Caller,
            step.RunId,
            [],
            new Dictionary<string, string>
            {
                ["task"] = series is not null ? "forecasting" : settings.Classifies ? "classification" : "regression",
                [Leaderboard.MetricParam] = settings.Metric.Name,
                ["target_column_name"] = settings.Target,
                ["train_rows"] = data.TrainingRows.ToString(CultureInfo.InvariantCulture),
                ["folds"] = folds.Count.ToString(CultureInfo.InvariantCulture),
                ["columns"] = columns,
                ["algorithms"] = string.Join(", ", settings.Learners.Select(learner => learner.Name)),
            },
            s_none,
            ct);
    }

    private static IReadOnlyList<Importance> Explain(PreparedFold fold, Trial best, AutomlSettings settings, CancellationToken ct)
    {
        using var model = best.Learner.Fit(fold.Train, best.Point, settings.Limits.Threads, ct);
        return Importance.Of(fold, model, settings.Metric, ct);
    }

    private static Pipeline Fit(
        AutomlData data, AutomlSettings settings, SeriesPlan? series, AutomlRows rows, Trial best, CancellationToken ct)
    {
        var (encoders, set) = PreparedFold.Learn(data, settings, series, rows);
        return new Pipeline(
            data.Columns, encoders, best.Learner.Fit(set, best.Point, Environment.ProcessorCount, ct), data.Classes, best.Learner.Name);
    }

    private async Task FinishAsync(
        StepContext step, AutomlSettings settings, AutomlData data, Pipeline pipeline, IReadOnlyList<Importance>? importances, double difference,
        CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var points = new List<MetricPoint> { new("onnx_difference", difference, 0, now) };
        if (data.Test is { } test)
        {
            var scores = await Task.Run(() => PreparedFold.Score(test.Target, pipeline.Predict(test), data.ClassCount, data.Range), ct);
            points.AddRange(scores.Where(score => !double.IsNaN(score.Value)).Select(score => new MetricPoint($"test_{score.Key}", score.Value, 0, now)));
            await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"On {test.Count} rows to test on: {settings.Metric.Name}={scores[settings.Metric.Name]:0.00000}."));
        }

        foreach (var importance in importances ?? [])
        {
            points.Add(new MetricPoint($"importance/{Key(importance.Name)}", importance.Mean, 0, now));
            points.Add(new MetricPoint($"importance_sd/{Key(importance.Name)}", importance.Deviation, 0, now));
            await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"importance of {importance.Name}: {importance.Mean:0.00000} ± {importance.Deviation:0.00000}"));
        }

        await tracking.LogAsync(step.Caller, step.RunId, points.DistinctBy(point => point.Key).ToList(), s_none, s_none, ct);
        if (importances is not null)
            await KeepAsync(step, importances, ct);
    }

    private async Task KeepAsync(StepContext step, IReadOnlyList<Importance> importances, CancellationToken ct)
    {
        var explanation = Directory.CreateDirectory(Path.Combine(step.WorkFolder, "explanation")).FullName;
        await File.WriteAllTextAsync(Path.Combine(explanation, AutomlFolder.ImportanceFile), AutomlFolder.Json(importances), ct);
        var tree = await content.PutFolderAsync(explanation, null, ct);
        await tracking.LogArtifactsAsync(step.Caller, step.RunId, "explanation", tree.Digest, ct);
    }

    // What a metric may be called; a column may be called anything.
    private static string Key(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or ' ' or '.' ? letter : '_'));
}
