using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Slipway.Engines.XGBoost;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;
using Slipway.Statistics;
using Slipway.Tracking.Contracts;
using Slipway.Training.Export;
using Slipway.Training.Features;
using Slipway.Training.Tables;
using Slipway.Training.Trees;

namespace Slipway.Training.Steps;

/// <summary>
/// <c>type: xgboost</c>: learns from the table <c>data</c> and writes the model, exported to ONNX with its preprocessing,
/// to the output <c>model</c>.
/// </summary>
internal sealed class XgboostStep(ILakeTables lake, ITracking tracking, TimeProvider time) : IStepKind
{
    public string Name => "xgboost";

    public IReadOnlyList<StepField> Fields => XgboostFields.All;

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var fields = XgboostFields.Read(step.Settings);
        var folder = step.OutputFolder("model");
        var (train, valid, classes) = await ReadAsync(step, fields, ct);
        var parameters = XgbParameters.Complete(fields, classes);
        await tracking.LogAsync(
            step.Caller, step.RunId, [], Describe(fields, parameters, train, valid), new Dictionary<string, string>(), ct);

        var features = Fit(fields, train);
        var rounds = new RoundLog(tracking, step, time);
        // The engine computes for seconds; the thread that came here belongs to the worker.
        var learning = Task.Run(() => Learn(fields, parameters, features, train, valid, rounds, ct), ct);
        await rounds.KeepAsync(learning, ct);
        using var learned = await learning;
        var model = await Task.Run(() => Export(learned, fields, features, train, valid, ct), ct);
        await ModelFolder.WriteAsync(folder, model, ct);
        await rounds.FinishAsync(learned, model, ct);
    }

    private async Task<(TrainingRows Train, TrainingRows Valid, int? Classes)> ReadAsync(
        StepContext step, XgboostFields fields, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var table = await InputTable.OpenAsync(lake, step.Input("data").Tree("table"), fields.Where, ct);
        var rows = TrainingRows.Read(table, fields, ct);
        var classes = LabelCheck.Run(rows, fields);
        var (train, valid) = ValidationSplit.Of(rows, fields.ValidFraction, fields.Seed);
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Read {train.Count} rows to learn from and {valid.Count} to validate on in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s."));
        return (train, valid, classes);
    }

    private static Feature[] Fit(XgboostFields fields, TrainingRows train) => [.. fields.Features.Select((feature, i) => train.Types[i] switch
    {
        FeatureKind.Numeric => (Feature)new NumberFeature(feature.Name),
        FeatureKind.Ordinal => OrdinalEncoder.Fit(feature.Name, train.Columns[i].Texts!),
        _ => TargetEncoder.Fit(feature.Name, train.Columns[i].Texts!, train.Label),
    })];

    private static XgbTraining Learn(
        XgboostFields fields, List<KeyValuePair<string, string>> parameters, IReadOnlyList<Feature> features, TrainingRows train,
        TrainingRows valid, RoundLog rounds, CancellationToken ct)
    {
        using var matrix = FeatureMatrix.Create(features, train.Columns);
        matrix.SetLabel(train.Label);
        using var validation = valid.Count > 0 ? FeatureMatrix.Create(features, valid.Columns) : null;
        validation?.SetLabel(valid.Label);
        List<XgbWatch> watches = [new XgbWatch("train", matrix)];
        if (validation is not null)
            watches.Add(new XgbWatch("valid", validation));
        try
        {
            return XgbTrainer.Train(
                parameters, matrix, watches, new XgbSchedule(fields.Rounds, fields.EarlyStopping), rounds.Hear, ct);
        }
        finally
        {
            rounds.End();
        }
    }

    private static TrainedModel Export(
        XgbTraining learned, XgboostFields fields, IReadOnlyList<Feature> features, TrainingRows train, TrainingRows valid,
        CancellationToken ct)
    {
        var json = learned.Booster.SaveJson();
        var model = XgbModelReader.Read(json);
        var onnx = OnnxExporter.Export(model, features).ToByteArray();
        var evaluation = valid.Count > 0 ? valid : train;
        return new TrainedModel
        {
            Onnx = onnx,
            XgboostJson = json,
            Signature = TrainedSignature.Of(model, features),
            Profile = RowsProfile.Of(learned.Booster, features, train),
            Gains = learned.Booster.FeatureScores(XgbImportance.TotalGain),
            LargestDifference = ExportCheck.Run(onnx, learned.Booster, fields.Objective, features, evaluation.Columns, ct),
            ValidAuc = fields.Objective.Name == "binary:logistic" && valid.Count > 0 ? Auc(learned.Booster, features, valid) : null,
        };
    }

    // Once, not every round: sorting the scores takes longer than learning a tree.
    private static double Auc(XgbBooster booster, IReadOnlyList<Feature> features, TrainingRows rows)
    {
        using var matrix = FeatureMatrix.Create(features, rows.Columns);
        return BinaryMetrics.Of(
            Array.ConvertAll(booster.Predict(matrix), score => (double)score), Array.ConvertAll(rows.Label, label => label > 0)).Auc;
    }

    private static Dictionary<string, string> Describe(
        XgboostFields fields, List<KeyValuePair<string, string>> parameters, TrainingRows train, TrainingRows valid)
    {
        var described = parameters.GroupBy(pair => pair.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => string.Join(",", group.Select(pair => pair.Value)), StringComparer.Ordinal);
        described["label"] = fields.Label;
        described["features"] = string.Join(
            ", ", fields.Features.Zip(train.Types, (feature, type) => $"{feature.Name}:{type.ToString().ToLowerInvariant()}"));
        described["rounds"] = fields.Rounds.ToString(CultureInfo.InvariantCulture);
        described["train_rows"] = train.Count.ToString(CultureInfo.InvariantCulture);
        described["valid_rows"] = valid.Count.ToString(CultureInfo.InvariantCulture);
        if (fields.EarlyStopping is { } patience)
            described["early_stopping"] = patience.ToString(CultureInfo.InvariantCulture);
        if (fields.Where is { } where)
            described["where"] = where;
        return described;
    }
}
