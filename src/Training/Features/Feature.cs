namespace Slipway.Training.Features;

/// <summary>A column that a model takes as it is in the data, and how it becomes the number that the trees compare.</summary>
internal abstract record Feature(string Name);

/// <summary>A number; NaN is missing.</summary>
internal sealed record NumberFeature(string Name) : Feature(Name);

/// <summary>A text; each known one has a number, every other one, null and "" included, gets <see cref="Unseen"/>.</summary>
internal sealed record CategoryFeature(string Name) : Feature(Name)
{
    public required IReadOnlyDictionary<string, float> Codes { get; init; }

    /// <summary>NaN treats what was never seen as missing.</summary>
    public float Unseen { get; init; } = float.NaN;

    public float Encode(string? value) =>
        value is not null && Codes.TryGetValue(value, out var code) ? code : Unseen;

    public float[] Encode(IReadOnlyList<string?> values)
    {
        var codes = new float[values.Count];
        for (var i = 0; i < codes.Length; i++)
            codes[i] = Encode(values[i]);
        return codes;
    }
}
