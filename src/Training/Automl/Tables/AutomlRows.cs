using Slipway.Training.Features;

namespace Slipway.Training.Automl.Tables;

/// <summary>Rows with what is to be learned.</summary>
internal sealed record AutomlRows
{
    public required IReadOnlyList<FeatureColumn> Columns { get; init; }

    /// <summary>Numbers, or the places of classes in the list of the target's.</summary>
    public required double[] Target { get; init; }

    /// <summary>Empty: each row counts as much as the others.</summary>
    public required float[] Weights { get; init; }

    public int Count => Target.Length;

    public FeatureColumn Column(string name) =>
        Columns.First(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase));

    public AutomlRows Take(int[] rows) => this with
    {
        Columns = [.. Columns.Select(column => column.Take(rows))],
        Target = Array.ConvertAll(rows, row => Target[row]),
        Weights = Weights.Length == 0 ? [] : Array.ConvertAll(rows, row => Weights[row]),
    };

    /// <summary>These rows, and after them others.</summary>
    public AutomlRows And(AutomlRows others) => new()
    {
        Columns = [.. Columns.Zip(others.Columns, (own, other) => own.And(other))],
        Target = [.. Target, .. others.Target],
        Weights = [.. Weights, .. others.Weights],
    };
}
