using Slipway.Kernel;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Tables;
using static Slipway.Engines.OnnxRuntime.Proto.TensorProto.Types;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>The number of the series that a row is of, from 1 on; 0 for one that was not learned from.</summary>
internal sealed class SeriesIndex
{
    private const long MostCombinations = 5_000_000;

    private readonly IReadOnlyList<string> _columns;
    private readonly Dictionary<string, float>[] _codes;
    private readonly long[] _numbers;

    private SeriesIndex(IReadOnlyList<string> columns, Dictionary<string, float>[] codes, long[] numbers) =>
        (_columns, _codes, _numbers) = (columns, codes, numbers);

    public int Count { get; private init; }

    public static SeriesIndex Fit(IReadOnlyList<string> columns, AutomlRows rows)
    {
        var codes = columns.Select(column => rows.Column(column).Texts!.Select(text => text ?? "").Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select((text, at) => (text, at)).ToDictionary(pair => pair.text, pair => pair.at + 1f, StringComparer.Ordinal)).ToArray();
        var combinations = codes.Aggregate(1L, (product, own) => product * (own.Count + 1));
        if (combinations > MostCombinations)
            throw SlipwayException.Invalid($"{string.Join(" and ", columns)} have {combinations} combinations; tell series apart by one column that joins them.");

        // Without any column all rows are of the first series.
        var index = new SeriesIndex(columns, codes, columns.Count == 0 ? [1] : new long[combinations]) { Count = 1 };
        if (columns.Count == 0)
            return index;
        var count = 0;
        foreach (var place in index.Places(rows))
            index._numbers[place] = index._numbers[place] == 0 ? ++count : index._numbers[place];
        return new SeriesIndex(columns, codes, index._numbers) { Count = count };
    }

    public int[] Of(AutomlRows rows) => Array.ConvertAll(Places(rows), place => (int)_numbers[place]);

    /// <summary>The same as int64 [N, 1], or [1] without columns.</summary>
    public string AddTo(RawInputs inputs)
    {
        var graph = inputs.Graph;
        if (_columns.Count == 0)
            return graph.Constant([1L]);

        var place = "";
        foreach (var (at, column) in _columns.Index())
        {
            var code = graph.Cast(inputs.Coded(column, _codes[at], 0), DataType.Int64);
            place = at == 0 ? code : graph.Node("Add", [graph.Node("Mul", [place, graph.Constant([(long)_codes[at].Count + 1])], []), code], []);
        }

        return graph.Node("Gather", [graph.Constant(_numbers), place], []);
    }

    private long[] Places(AutomlRows rows)
    {
        var places = new long[rows.Count];
        foreach (var (at, column) in _columns.Index())
        {
            foreach (var (row, text) in rows.Column(column).Texts!.Index())
                places[row] = (places[row] * (_codes[at].Count + 1)) + (long)_codes[at].GetValueOrDefault(text ?? "", 0);
        }

        return places;
    }
}
