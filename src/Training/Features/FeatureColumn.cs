namespace Slipway.Training.Features;

/// <summary>The raw values of one feature: numbers, texts or points in time, one per row.</summary>
internal sealed record FeatureColumn
{
    private FeatureColumn(string name) => Name = name;

    public string Name { get; }

    public ReadOnlyMemory<float>? Numbers { get; private init; }

    public IReadOnlyList<string?>? Texts { get; private init; }

    /// <summary>Microseconds since 1970; NaN is missing.</summary>
    public ReadOnlyMemory<double>? Instants { get; private init; }

    public int RowCount => Numbers?.Length ?? Instants?.Length ?? Texts!.Count;

    public static FeatureColumn Of(string name, ReadOnlyMemory<float> numbers) => new(name) { Numbers = numbers };

    public static FeatureColumn Of(string name, ReadOnlyMemory<double> instants) => new(name) { Instants = instants };

    public static FeatureColumn Of(string name, IReadOnlyList<string?> texts) => new(name) { Texts = texts };

    public bool IsMissing(int row) =>
        Numbers is { } numbers ? float.IsNaN(numbers.Span[row])
        : Instants is { } instants ? double.IsNaN(instants.Span[row])
        : string.IsNullOrEmpty(Texts![row]);

    /// <summary>The rows at these places, in this order.</summary>
    public FeatureColumn Take(int[] rows) =>
        Numbers is { } numbers ? Of(Name, Array.ConvertAll(rows, row => numbers.Span[row]))
        : Instants is { } instants ? Of(Name, Array.ConvertAll(rows, row => instants.Span[row]))
        : Of(Name, Array.ConvertAll(rows, row => Texts![row]));

    /// <summary>These rows, and after them those of another one of the same type.</summary>
    public FeatureColumn And(FeatureColumn other) =>
        Numbers is { } numbers ? Of(Name, (float[])[.. numbers.Span, .. other.Numbers!.Value.Span])
        : Instants is { } instants ? Of(Name, (double[])[.. instants.Span, .. other.Instants!.Value.Span])
        : Of(Name, (IReadOnlyList<string?>)[.. Texts!, .. other.Texts!]);
}
