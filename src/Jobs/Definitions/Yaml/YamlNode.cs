namespace Slipway.Jobs.Definitions.Yaml;

/// <summary>A value of a YAML document, with its place.</summary>
internal abstract class YamlNode(Place place)
{
    public Place Place { get; } = place;

    /// <summary>How many nodes a walk over it meets, aliases counted as often as they are used.</summary>
    public abstract int Size { get; }

    /// <summary>How the node is called in a message: "text", "a mapping", "a list", "nothing".</summary>
    public abstract string Noun { get; }
}

/// <summary>A scalar.</summary>
/// <param name="isPlain">Not quoted and no block: its text decides whether it is a number, a boolean or null.</param>
internal sealed class YamlScalar(Place place, string text, bool isPlain) : YamlNode(place)
{
    public string Text { get; } = text;

    public bool IsPlain { get; } = isPlain;

    public override int Size => 1;

    public override string Noun => IsNull ? "nothing" : "a single value";

    public bool IsNull => IsPlain && (Text is "" or "~" or "null" or "Null" or "NULL");
}

/// <summary>A sequence.</summary>
internal sealed class YamlList(Place place, IReadOnlyList<YamlNode> items) : YamlNode(place)
{
    public IReadOnlyList<YamlNode> Items => items;

    public override int Size { get; } = 1 + items.Sum(item => item.Size);

    public override string Noun => "a list";
}

/// <summary>A key with its value.</summary>
internal sealed record YamlEntry(string Key, Place KeyPlace, YamlNode Value);

/// <summary>A mapping, in the order of the file.</summary>
internal sealed class YamlMap(Place place, IReadOnlyList<YamlEntry> entries) : YamlNode(place)
{
    // Pipelines of a thousand steps exist; most mappings have five keys.
    private readonly Dictionary<string, YamlEntry>? _index =
        entries.Count > 16 ? entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal) : null;

    public IReadOnlyList<YamlEntry> Entries => entries;

    public override int Size { get; } = 1 + entries.Sum(entry => 1 + entry.Value.Size);

    public override string Noun => "a mapping";

    /// <summary>The value of the key, or null when it is absent or null.</summary>
    public YamlNode? this[string key] =>
        Find(key)?.Value is { } value and not YamlScalar { IsNull: true } ? value : null;

    public YamlEntry? Find(string key)
    {
        if (_index is not null)
            return _index.GetValueOrDefault(key);
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Key == key)
                return entries[i];
        }

        return null;
    }

    public YamlMap? Map(string key) => this[key] as YamlMap;

    public YamlScalar? Scalar(string key) => this[key] as YamlScalar;

    /// <summary>The text of a scalar field; null when it is absent, null or no scalar.</summary>
    public string? Text(string key) => Scalar(key) is { } scalar ? YamlText.Of(scalar) : null;
}
