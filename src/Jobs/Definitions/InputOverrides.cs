using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Puts inputs that were given on submission into the document, before it is checked.</summary>
internal static class InputOverrides
{
    public static YamlMap Apply(YamlMap job, IReadOnlyDictionary<string, string> inputs, Problems problems)
    {
        foreach (var (name, value) in inputs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var place = new Place("input", 1, 1);
            var known = job.Map("inputs")?.Find(name);
            if (known is null && job["component"] is null)
            {
                var names = job.Map("inputs")?.Entries.Select(entry => entry.Key).ToList() ?? [];
                problems.Add(
                    place,
                    $"inputs.{name}",
                    $"The job has no input of this name.{Nearest.Hint(name, names)} Known: {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
                continue;
            }

            job = With(job, "inputs", With(job.Map("inputs"), name, Overridden(known?.Value, value, place), place), place);
        }

        return job;
    }

    private static YamlNode Overridden(YamlNode? old, string value, Place place)
    {
        var text = new YamlScalar(place, value, isPlain: true);
        var isLiteral = old is not YamlMap map || map["value"] is not null || map["default"] is not null
            || (map.Text("type") is { } type && InputDefinition.LiteralTypes.Contains(type));
        if (!isLiteral)
            return With((YamlMap)old!, "path", text, place);
        if (old is YamlMap declared)
            return With(Without(declared, "default"), "value", text, place);
        return value.StartsWith("azureml:", StringComparison.Ordinal) || value.StartsWith("runs:/", StringComparison.Ordinal)
            ? With(null, "path", text, place)
            : text;
    }

    private static YamlMap Without(YamlMap map, string key) => new(map.Place, [.. map.Entries.Where(entry => entry.Key != key)]);

    private static YamlMap With(YamlMap? map, string key, YamlNode value, Place place)
    {
        var entries = (map?.Entries ?? []).ToList();
        var at = entries.FindIndex(entry => entry.Key == key);
        if (at < 0)
            entries.Add(new YamlEntry(key, place, value));
        else
            entries[at] = entries[at] with { Value = value };
        return new YamlMap(map?.Place ?? place, entries);
    }
}
