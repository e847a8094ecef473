using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Definitions.Yaml;

/// <summary><c>--set a.b[0].c=value</c>: changes a document before it is checked. Missing parents are made.</summary>
internal static partial class YamlEdit
{
    private const int MaxIndex = 10_000;

    public static YamlMap Apply(YamlMap root, IEnumerable<DefinitionEdit> edits, Problems problems)
    {
        foreach (var (edit, said) in edits)
        {
            var place = new Place(said, 0, 0);
            var equals = edit.IndexOf('=', StringComparison.Ordinal);
            var steps = equals < 0 ? null : Steps(edit[..equals]);
            if (steps is null)
            {
                problems.Add(place, "", $"'{edit}' is not an edit: write path=value, for example inputs.rate=0.1 or jobs.train.limits.timeout=60.");
                continue;
            }

            root = (YamlMap)Replaced(root, steps, 0, Value(edit[(equals + 1)..], place), place);
        }

        return root;
    }

    private static YamlNode Replaced(YamlNode? node, List<string> steps, int at, YamlNode value, Place place)
    {
        if (at == steps.Count)
            return value;
        if (Index(steps[at]) is { } index)
        {
            var items = node is YamlList list ? list.Items.ToList() : [];
            while (items.Count <= index)
                items.Add(new YamlScalar(place, "", true));
            items[index] = Replaced(items[index], steps, at + 1, value, place);
            return new YamlList(node?.Place ?? place, items);
        }

        var entries = node is YamlMap map ? map.Entries.ToList() : [];
        var known = entries.FindIndex(entry => entry.Key == steps[at]);
        var replaced = Replaced(known < 0 ? null : entries[known].Value, steps, at + 1, value, place);
        var changed = new YamlEntry(steps[at], known < 0 ? place : entries[known].KeyPlace, replaced);
        if (known < 0)
            entries.Add(changed);
        else
            entries[known] = changed;
        return new YamlMap(node is YamlMap ? node.Place : place, entries);
    }

    // az reads the value as JSON when it is some, and as text otherwise. JSON is YAML, so the same reader does it.
    private static YamlNode Value(string text, Place place)
    {
        if (text.Length > 0 && text[0] is '{' or '[')
        {
            var mistakes = new Problems();
            if (YamlReader.Read($"{{\"v\": {text}}}", place.Source, mistakes) is { } read && !mistakes.Any)
                return Placed(read.Entries[0].Value, place);
        }

        var unquoted = text is ['"', .., '"'] ? text[1..^1] : null;
        return new YamlScalar(place, unquoted ?? text, unquoted is null && text.Length > 0);
    }

    private static YamlNode Placed(YamlNode node, Place place) => node switch
    {
        YamlMap map => new YamlMap(place, [.. map.Entries.Select(entry => new YamlEntry(entry.Key, place, Placed(entry.Value, place)))]),
        YamlList list => new YamlList(place, [.. list.Items.Select(item => Placed(item, place))]),
        YamlScalar scalar => new YamlScalar(place, scalar.Text, scalar.IsPlain),
        _ => node,
    };

    private static List<string>? Steps(string path)
    {
        var steps = new List<string>();
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            // Properties are texts by names that have dots themselves: "properties.slipway.proxy.url".
            if (i > 0 && parts[i - 1] == "properties" && string.Join('.', parts[i..]) is { Length: > 0 } name)
            {
                steps.Add(name);
                return steps;
            }

            var match = StepPattern().Match(parts[i]);
            if (!match.Success)
                return null;
            if (match.Groups["name"].Length > 0)
                steps.Add(match.Groups["name"].Value);
            foreach (Capture index in match.Groups["index"].Captures)
            {
                if (!int.TryParse(index.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxIndex)
                    return null;
                steps.Add($"[{number}]");
            }
        }

        return steps.Count == 0 || Index(steps[0]) is not null ? null : steps;
    }

    private static int? Index(string step) =>
        step[0] == '[' ? int.Parse(step[1..^1], CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"\A(?=.)(?<name>[^\[\]]*)(\[(?<index>[0-9]+)\])*\z")]
    private static partial Regex StepPattern();
}
