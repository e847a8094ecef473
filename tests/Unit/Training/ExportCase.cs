using Google.Protobuf;
using Slipway.Engines.XGBoost;
using Slipway.Training.Export;
using Slipway.Training.Features;
using Slipway.Training.Trees;
using Xunit;

namespace Slipway.Unit.Training;

/// <summary>A model on random rows (numbers with missing ones, two categories) and other rows, with categories never seen.</summary>
internal sealed class ExportCase : IDisposable
{
    private readonly Random _random;

    public ExportCase(int seed, string objective, int rounds = 12, int depth = 5, params (string Name, string Value)[] more)
    {
        _random = new Random(seed);
        var train = Columns(1500, ["ATL", "ORD", "DFW", "É"]);
        var label = Label(train, objective);
        Features =
        [
            new NumberFeature("distance"), new NumberFeature("hour"),
            OrdinalEncoder.Fit("origin", train[2].Texts!, minimumCount: 2),
            TargetEncoder.Fit("carrier", train[3].Texts!, label),
        ];
        using var matrix = FeatureMatrix.Create(Features, train, threads: 1);
        matrix.SetLabel(label);
        Booster = XgbTrainer.Train(
            [
                new("objective", objective), new("tree_method", seed % 2 == 0 ? "hist" : "exact"), new("nthread", "1"),
                new("max_depth", depth.ToString()), new("seed", seed.ToString()), new("gamma", seed % 3 == 0 ? "1" : "0"),
                .. objective.StartsWith("multi", StringComparison.Ordinal) ? [KeyValuePair.Create("num_class", "3")] : Array.Empty<KeyValuePair<string, string>>(),
                .. more.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)),
            ],
            matrix, [], new XgbSchedule(rounds), null, TestContext.Current.CancellationToken).Booster;
        Model = XgbModelReader.Read(Booster.SaveJson());
        Onnx = OnnxExporter.Export(Model, Features).ToByteArray();
        Others = Columns(700, ["ATL", "ORD", "DFW", "É", "never seen", ""]);
    }

    public IReadOnlyList<Feature> Features { get; }

    public XgbBooster Booster { get; }

    public XgbModel Model { get; }

    public byte[] Onnx { get; }

    /// <summary>Rows that the model did not learn from.</summary>
    public FeatureColumn[] Others { get; }

    public double Check() =>
        ExportCheck.Run(Onnx, Booster, Model.Objective, Features, Others, TestContext.Current.CancellationToken);

    public void Dispose() => Booster.Dispose();

    private FeatureColumn[] Columns(int rows, string[] origins)
    {
        // Few different values: many rows lie exactly on a tree's condition.
        var distance = Enumerable.Range(0, rows).Select(_ => _random.Next(8) == 0 ? float.NaN : _random.Next(40) / 10f);
        var hour = Enumerable.Range(0, rows).Select(_ => _random.NextSingle() * 24);
        var origin = Enumerable.Range(0, rows).Select(_ => (string?)origins[_random.Next(origins.Length)]);
        var carrier = Enumerable.Range(0, rows).Select(_ => _random.Next(20) == 0 ? null : $"C{_random.Next(30)}");
        return
        [
            FeatureColumn.Of("distance", distance.ToArray()), FeatureColumn.Of("hour", hour.ToArray()),
            FeatureColumn.Of("origin", origin.ToArray()), FeatureColumn.Of("carrier", carrier.ToArray()),
        ];
    }

    private float[] Label(FeatureColumn[] columns, string objective)
    {
        var (distance, hour) = (columns[0].Numbers!.Value, columns[1].Numbers!.Value);
        var label = new float[distance.Length];
        for (var row = 0; row < label.Length; row++)
        {
            var effect = (float.IsNaN(distance.Span[row]) ? 1.5f : distance.Span[row]) + (hour.Span[row] / 6)
                + (columns[2].Texts![row] == "ATL" ? 2 : 0) + (columns[3].Texts![row]?.Length ?? 4) + _random.NextSingle();
            label[row] = objective switch
            {
                "binary:logistic" or "reg:logistic" => effect > 6.5f ? 1 : 0,
                "multi:softprob" or "multi:softmax" => effect > 7.5f ? 2 : effect > 5.5f ? 1 : 0,
                "count:poisson" => MathF.Floor(effect),
                _ => effect,
            };
        }

        return label;
    }
}
