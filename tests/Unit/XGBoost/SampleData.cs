using Slipway.Engines.XGBoost;

namespace Slipway.Unit.XGBoost;

/// <summary>Random rows with a rule in them: the label is 1 when 2a − b + noise is above 0; b is missing now and then.</summary>
internal sealed class SampleData
{
    private static readonly XgbFeature[] s_features = [new("a"), new("b"), new("noise", XgbFeatureType.Whole)];

    public SampleData(int rows, int seed)
    {
        var random = new Random(seed);
        Columns = [new float[rows], new float[rows], new float[rows]];
        Label = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var (a, b) = (random.NextSingle() - 0.5f, random.NextSingle() - 0.5f);
            Columns[0][row] = a;
            Columns[1][row] = random.Next(10) == 0 ? float.NaN : b;
            Columns[2][row] = random.Next(5);
            Label[row] = (2 * a) - b + (0.3f * (random.NextSingle() - 0.5f)) > 0 ? 1 : 0;
        }
    }

    public float[][] Columns { get; }

    public float[] Label { get; }

    public XgbMatrix Matrix()
    {
        var matrix = XgbMatrix.FromColumns([.. Columns.Select(column => (ReadOnlyMemory<float>)column)], s_features, threads: 1);
        matrix.SetLabel(Label);
        return matrix;
    }

    public static KeyValuePair<string, string>[] Binary(params (string Name, string Value)[] more) =>
    [
        new("objective", "binary:logistic"), new("tree_method", "hist"), new("max_depth", "3"), new("nthread", "1"),
        .. more.Select(pair => new KeyValuePair<string, string>(pair.Name, pair.Value)),
    ];
}
