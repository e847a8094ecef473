using Slipway.Training.Automl.Tables;
using Slipway.Training.Export;
using static Slipway.Engines.OnnxRuntime.Proto.TensorProto.Types;

namespace Slipway.Training.Automl.Encoding;

/// <summary>The raw columns as inputs [N, 1] of a graph: floats, texts, and points in time as doubles.</summary>
internal sealed class RawInputs
{
    private readonly (string Column, string Text)? _filled;

    public RawInputs(OnnxGraph graph, IEnumerable<LearnedColumn> columns)
    {
        Graph = graph;
        foreach (var column in columns)
            graph.Input(column.Name, TypeOf(column.Kind), 1);
    }

    private RawInputs(OnnxGraph graph, (string, string) filled) => (Graph, _filled) = (graph, filled);

    public OnnxGraph Graph { get; }

    /// <summary>The same, but a missing text of the column is taken for this one.</summary>
    public RawInputs Filled(string column, string text) => new(Graph, (column, text));

    /// <summary>The value of a text as a number of a list; others have one of their own.</summary>
    public string Coded(string column, IEnumerable<KeyValuePair<string, float>> codes, float otherwise)
    {
        var listed = codes.OrderBy(code => code.Key, StringComparer.Ordinal).ToList();
        if (_filled is { } filled && filled.Column == column)
            listed.AddRange(listed.Where(code => code.Key == filled.Text).Select(code => KeyValuePair.Create("", code.Value)).ToList());
        return Graph.Node(
            "LabelEncoder",
            [column],
            [
                OnnxGraph.Attribute("keys_strings", listed.Select(code => code.Key)),
                OnnxGraph.Attribute("values_floats", listed.Select(code => code.Value)),
                OnnxGraph.Attribute("default_float", otherwise),
            ],
            domain: OnnxGraph.MachineLearning);
    }

    public string Joined(IReadOnlyList<string> values) =>
        values.Count == 1 ? values[0] : Graph.Node("Concat", values, [OnnxGraph.Attribute("axis", 1)]);

    private static DataType TypeOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Numeric => DataType.Float,
        ColumnKind.DateTime => DataType.Double,
        _ => DataType.String,
    };
}
