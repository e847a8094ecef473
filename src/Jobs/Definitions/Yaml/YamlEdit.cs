using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Definitions.Yaml;

/// <summary><c>--set a.b[0].c=value</c>, and the same with --add and --remove: changes a document before it is checked. Missing parents are made.</summary>
internal static partial class YamlEdit
{
    private const int MaxIndex = 10_000;

    public static YamlMap Apply(YamlMap root, IEnumerable<DefinitionEdit> edits, Problems problems)
    {
        foreach (var edit in edits)
        {
            var place = new Place(edit.Said, 0, 0);
            var isRemoval = edit.Kind == EditKind.Remove;
            var equals = edit.Text.IndexOf('=', StringComparison.Ordinal);
            var steps = isRemoval ? Steps(edit.Text) : equals < 0 ? null : Steps(edit.Text[..equals]);
            if (steps is null)
            {
                problems.Add(place, "", isRemoval
                    ? $"'{edit.Text}' is not a path: write tags.team or inputs.files[0]."
                    : $"'{edit.Text}' is not an edit: write path=value, for example inputs.rate=0.1 or jobs.train.limits.timeout=60.");
                continue;
            }

            var value = isRemoval ? null : Value(edit.Text[(equals + 1)..], edit.IsText, place);
            root = (YamlMap)Changed(root, steps, 0, node => Change(edit, node, value, problems), place)!;
        }

        return root;
    }

    // What then stands in the place of a node; null: nothing does.
    private static YamlNode? Change(DefinitionEdit edit, YamlNode? node, YamlNode? value, Problems problems)
    {
        var place = new Place(edit.Said, 0, 0);
        switch (edit.Kind, node)
        {
            case (EditKind.Set, _):
                return value;
            case (EditKind.Add, YamlMap map) when value is YamlMap more:
                return new YamlMap(map.Place, [.. map.Entries.Where(entry => more.Find(entry.Key) is null), .. more.Entries]);
            case (EditKind.Add, YamlList list):
                return new YamlList(list.Place, [.. list.Items, value!]);
            case (EditKind.Add, null or YamlScalar { IsNull: true }):
                return value as YamlMap ?? (YamlNode)new YamlList(place, [value!]);
            case (EditKind.Add, _):
                problems.Add(place, "", $"there is {node.Noun}, to which nothing can be added; only a list grows, and a mapping by key=value.");
                return node;
            default:
                if (node is null)
                    problems.Add(place, "", "there is nothing of this name to remove.");
                return null;
        }
    }

    private static YamlNode? Changed(YamlNode? node, List<string> steps, int at, Func<YamlNode?, YamlNode?> change, Place place)
    {
        if (at == steps.Count)
            return change(node);
        if (Index(steps[at]) is { } index)
        {
            var items = node is YamlList list ? list.Items.ToList() : [];
            while (items.Count <= index)
                items.Add(new YamlScalar(place, "", true));
            if (Changed(items[index], steps, at + 1, change, place) is { } item)
                items[index] = item;
            else
                items.RemoveAt(index);
            return new YamlList(node?.Place ?? place, items);
        }

        var entries = node is YamlMap map ? map.Entries.ToList() : [];
        var known = entries.FindIndex(entry => entry.Key == steps[at]);
        if (Changed(known < 0 ? null : entries[known].Value, steps, at + 1, change, place) is not { } changed)
            entries.RemoveAll(entry => entry.Key == steps[at]);
        else if (known < 0)
            entries.Add(new YamlEntry(steps[at], place, changed));
        else
            entries[known] = entries[known] with { Value = changed };
        return new YamlMap(node is YamlMap ? node.Place : place, entries);
    }

    // az reads the value as JSON when it is some, and as text otherwise. JSON is YAML, so the same reader does it.
    private static YamlNode Value(string text, bool isText, Place place)
    {
        if (isText)
            return new YamlScalar(place, text, false);
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
