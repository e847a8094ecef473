using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Encoding;

/// <summary>
/// The mean target of the rows of a category (of classes: how often each occurs in it), drawn towards the mean of all by as many
/// imagined rows as <see cref="Smoothing"/> says. A row that is learned from gets the mean of rows of other parts of the data,
/// else it would find its own target in it (Micci-Barreca, 2001; scikit-learn's TargetEncoder does the same).
/// </summary>
internal sealed record MeanEncoder : Encoder
{
    private const double Smoothing = 20;
    private const int Parts = 5;

    private readonly string _column;
    private readonly IReadOnlyList<string> _suffixes;
    private readonly CategorySums _all;
    private readonly CategorySums[] _parts;

    private MeanEncoder(string column, IReadOnlyList<string> suffixes, CategorySums all, CategorySums[] parts) =>
        (_column, _suffixes, _all, _parts) = (column, suffixes, all, parts);

    public override string Name => _column;

    public override IReadOnlyList<string> Features => [.. _suffixes.Select(suffix => $"mean of {_column}{suffix}")];

    /// <param name="classes">How many classes the target has; 0: it is a number.</param>
    public static MeanEncoder Fit(string column, AutomlRows rows, int classes)
    {
        var width = classes > 2 ? classes : 1;
        var all = new CategorySums(width);
        var parts = Enumerable.Range(0, Parts).Select(_ => new CategorySums(width)).ToArray();
        var values = new double[width];
        foreach (var (row, text) in rows.Column(column).Texts!.Index())
        {
            if (width == 1)
            {
                values[0] = rows.Target[row];
            }
            else
            {
                Array.Clear(values);
                values[(int)rows.Target[row]] = 1;
            }

            all.Add(text ?? "", values);
            parts[PartOf(row)].Add(text ?? "", values);
        }

        return new MeanEncoder(column, width == 1 ? [""] : [.. Enumerable.Range(0, width).Select(each => $" in class {each}")], all, parts);
    }

    public override float[][] Encode(AutomlRows rows)
    {
        var codes = Codes();
        var unseen = _all.Mean("", null, Smoothing, isUnseen: true);
        return Encode(rows, (_, text) => codes.GetValueOrDefault(text, unseen));
    }

    public override float[][] EncodeOwn(AutomlRows rows) =>
        Encode(rows, (row, text) => _all.Mean(text, _parts[PartOf(row)], Smoothing, isUnseen: false));

    public override string AddTo(RawInputs inputs)
    {
        var codes = Codes();
        var unseen = _all.Mean("", null, Smoothing, isUnseen: true);
        return inputs.Joined([.. _suffixes.Select((_, at) =>
            inputs.Coded(_column, codes.Select(code => KeyValuePair.Create(code.Key, code.Value[at])), unseen[at]))]);
    }

    // Neighbours often belong together, so they are spread over the parts at random, in the same way every time.
    private static int PartOf(int row) => (int)(((uint)row * 2654435769u) >> 8) % Parts;

    private Dictionary<string, float[]> Codes() => _all.Categories.ToDictionary(
        category => category, category => _all.Mean(category, null, Smoothing, isUnseen: false), StringComparer.Ordinal);

    private float[][] Encode(AutomlRows rows, Func<int, string, float[]> code)
    {
        var encoded = _suffixes.Select(_ => new float[rows.Count]).ToArray();
        foreach (var (row, text) in rows.Column(_column).Texts!.Index())
        {
            foreach (var (at, value) in code(row, text ?? "").Index())
                encoded[at][row] = value;
        }

        return encoded;
    }
}
