namespace Slipway.Training.Features;

/// <summary>The raw values of one feature: numbers or texts, one per row.</summary>
internal sealed record FeatureColumn
{
    private FeatureColumn(string name) => Name = name;

    public string Name { get; }

    public ReadOnlyMemory<float>? Numbers { get; private init; }

    public IReadOnlyList<string?>? Texts { get; private init; }

    public int RowCount => Numbers?.Length ?? Texts!.Count;

    public static FeatureColumn Of(string name, ReadOnlyMemory<float> numbers) => new(name) { Numbers = numbers };

    public static FeatureColumn Of(string name, IReadOnlyList<string?> texts) => new(name) { Texts = texts };
}
