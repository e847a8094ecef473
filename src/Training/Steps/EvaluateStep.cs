using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;
using Slipway.Statistics;
using Slipway.Tracking.Contracts;
using Slipway.Training.Scoring;
using Slipway.Training.Tables;

namespace Slipway.Training.Steps;

/// <summary>
/// <c>type: evaluate</c>: scores the labelled rows of <c>data</c> with <c>model</c> (an ONNX model for two classes) and says
/// how good the scores are.
/// </summary>
internal sealed class EvaluateStep(ILakeTables lake, ModelFiles models, ITracking tracking, TimeProvider time) : IStepKind
{
    public string Name => "evaluate";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("label", FieldType.Text, true, "The column with what came true: 0 or 1."),
        new("where", FieldType.Text, false, "A condition in SQL on the rows to use, such as: week = 4."),
        new("key", FieldType.Text, false, "The column that identifies a row in the output 'scores'."),
        new("threshold", FieldType.Number, false, "The score from which on a row counts as predicted 1; 0.5 by default."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var fields = new StepFields(step.Settings);
        var columns = new ScoringColumns(fields.Text("label"), Key: fields.OptionalText("key"));
        var where = fields.OptionalText("where");
        var threshold = fields.Number("threshold", 0.5, 0, 1);

        var started = Stopwatch.GetTimestamp();
        var rows = await ScoreAsync(step, columns, where, ct);
        var metrics = BinaryMetrics.Of(rows.Scores[0], rows.Outcomes, threshold);
        await WriteAsync(step, metrics, where, threshold, ct);
        if (step.IfDeclared("scores") is { } scores)
            ScoresFile.Write(lake, step.OutputFolders[scores], rows);

        var now = time.GetUtcNow();
        var none = new Dictionary<string, string>();
        await tracking.LogAsync(
            step.Caller,
            step.RunId,
            [.. MetricNames.Of(metrics).Select(pair => new MetricPoint(pair.Key, pair.Value, 0, now))],
            where is null ? none : new Dictionary<string, string> { ["where"] = where },
            none,
            ct);
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Scored {metrics.Rows} rows in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: AUC {metrics.Auc:0.0000}, Brier {metrics.Brier:0.00000}, log loss {metrics.LogLoss:0.00000}."));
    }

    private async Task<ScoredRows> ScoreAsync(StepContext step, ScoringColumns columns, string? where, CancellationToken ct)
    {
        var input = step.Input("model");
        using var model = input.Model is { } version
            ? await models.OpenAsync(version, ct)
            : await models.OpenAsync(input.Tree("model"), $"of input '{input.Name}'", null, ct);
        using var table = await InputTable.OpenAsync(lake, step.Input("data").Tree("table"), where, ct);
        return await Task.Run(() => ScoredRows.Read(table, [model], columns, ct), ct);
    }

    private static async Task WriteAsync(StepContext step, BinaryMetrics metrics, string? where, double threshold, CancellationToken ct)
    {
        if (step.IfDeclared("report") is not { } report)
            return;

        var json = new JsonObject
        {
            ["model"] = step.Input("model").Node,
            ["data"] = step.Input("data").Node,
            ["where"] = where,
            ["threshold"] = threshold,
            ["metrics"] = MetricNames.Json(metrics),
        };
        await File.WriteAllTextAsync(Path.Combine(step.OutputFolders[report], "metrics.json"), json.ToString(), ct);
    }
}
