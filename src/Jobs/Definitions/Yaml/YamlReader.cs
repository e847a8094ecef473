using System.Buffers;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Jobs.Definitions.Yaml;

/// <summary>Reads one YAML document into nodes with places. What it refuses, it reports, and then returns null.</summary>
internal sealed class YamlReader
{
    public const int MaxLength = 1 << 20;
    private const int MaxDepth = 100;

    // A definition of a thousand steps has some 20,000 nodes; aliases of aliases reach billions.
    private const int MaxSize = 200_000;

    // Tab, line ends and "next line" are allowed.
    private static readonly SearchValues<char> s_control = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\u0085'))]);

    private readonly string _source;
    private readonly Parser _parser;
    private readonly Problems _problems;
    private readonly Dictionary<string, YamlNode?> _anchors = new(StringComparer.Ordinal);
    private int _size;
    private Place _last;

    private YamlReader(string text, string source, Problems problems)
    {
        _source = source;
        _last = new Place(source, 1, 1);
        _problems = problems;
        _parser = new Parser(new StringReader(text));
    }

    public static YamlMap? Read(string text, string source, Problems problems)
    {
        var start = new Place(source, 1, 1);
        if (text.Length > MaxLength)
        {
            problems.Add(start, "", $"The file has {text.Length:N0} characters; a definition has at most {MaxLength:N0}.");
            return null;
        }

        var control = text.AsSpan().IndexOfAny(s_control);
        if (control >= 0)
        {
            var before = text[..control];
            var place = new Place(source, before.Count(c => c == '\n') + 1, control - before.LastIndexOf('\n'));
            problems.Add(place, "", $"Here is a control character (U+{(int)text[control]:X4}), which no YAML file may hold.");
            return null;
        }

        return Parsed(text, source, problems);
    }

    private static YamlMap? Parsed(string text, string source, Problems problems)
    {
        YamlReader? reader = null;
        try
        {
            reader = new YamlReader(text.TrimStart('\uFEFF'), source, problems);
            return reader.Document();
        }
        catch (Refused refused)
        {
            problems.Add(refused.Place, "", refused.Message);
        }
        catch (YamlException broken)
        {
            var place = new Place(source, (int)Math.Max(1, broken.Start.Line), (int)Math.Max(1, broken.Start.Column));
            problems.Add(place, "", $"This is not YAML: {broken.Message.TrimEnd('.')}.");
        }

        catch (InvalidOperationException)
        {
            // The scanner refuses some malformed plain scalars in this way, which tells no place.
            problems.Add(reader?._last ?? new Place(source, 1, 1), "", "This is not YAML: what follows cannot be read.");
        }

        return null;
    }

    private YamlMap? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            throw new Refused(new Place(_source, 1, 1), "The file is empty; a definition is a mapping of fields to values.");

        _parser.Consume<DocumentStart>();
        var root = Node(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
            throw new Refused(At(second.Start), "A second document begins here; a file holds one definition. Put it into a file of its own.");

        return root switch
        {
            YamlMap map => map,
            YamlScalar { IsNull: true } => throw new Refused(root.Place, "The file is empty; a definition is a mapping of fields to values."),
            _ => throw new Refused(root.Place, $"The file holds {root.Noun}; a definition is a mapping of fields to values."),
        };
    }

    private YamlNode Node(int depth)
    {
        var next = _parser.Current ?? throw new Refused(new Place(_source, 1, 1), "The file ends in the middle.");
        _last = At(next.Start);
        if (depth > MaxDepth)
            throw new Refused(At(next.Start), $"This is nested more than {MaxDepth} levels deep.");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return Alias(alias);

        var anchor = next is NodeEvent { Anchor.IsEmpty: false } node ? node.Anchor.Value : null;
        if (anchor is not null)
            _anchors[anchor] = null;
        var read = Value(depth);
        Count(1, read.Place);
        if (anchor is not null)
            _anchors[anchor] = read;
        return read;
    }

    private YamlNode Value(int depth)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar(At(scalar.Start), scalar.Value, scalar.Style is ScalarStyle.Plain && scalar.Tag.IsEmpty);
        if (_parser.TryConsume<MappingStart>(out var mapping))
            return Mapping(At(mapping.Start), depth);

        var start = _parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(depth + 1));
        return new YamlList(At(start.Start), items);
    }

    private YamlNode Alias(AnchorAlias alias)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var anchored))
            throw new Refused(At(alias.Start), $"'*{name}' has no '&{name}' before it.{Kernel.Nearest.Hint(name, _anchors.Keys)}");
        if (anchored is null)
            throw new Refused(At(alias.Start), $"'*{name}' stands inside of '&{name}', which would make it endless.");

        Count(anchored.Size, At(alias.Start));
        return anchored;
    }

    private YamlMap Mapping(Place place, int depth)
    {
        var entries = new List<YamlEntry>();
        var merged = new List<YamlNode>();
        var seen = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(depth + 1) is not YamlScalar key)
                throw new Refused(place, "A key of this mapping is a mapping or a list; keys are text. (A placeholder such as {{NAME}} reads as one: replace it.)");

            var value = Node(depth + 1);
            if (key is { IsPlain: true, Text: "<<" })
                merged.Add(value);
            else if (seen.TryAdd(key.Text, key.Place))
                entries.Add(new YamlEntry(key.Text, key.Place, value));
            else
                _problems.Add(key.Place, "", $"'{key.Text}' stands here a second time; the first is in line {seen[key.Text].Line}. Remove one of them.");
        }

        foreach (var entry in merged.SelectMany(Merged))
        {
            if (seen.TryAdd(entry.Key, entry.KeyPlace))
                entries.Add(entry);
        }

        return new YamlMap(place, entries);
    }

    private static IEnumerable<YamlEntry> Merged(YamlNode node) => node switch
    {
        YamlMap map => map.Entries,
        YamlList list => list.Items.SelectMany(Merged),
        _ => throw new Refused(node.Place, "'<<' takes a mapping or a list of mappings."),
    };

    private void Count(int nodes, Place place)
    {
        _size += nodes;
        if (_size > MaxSize)
            throw new Refused(place, $"With its aliases the file holds more than {MaxSize:N0} values.");
    }

    private Place At(in Mark mark) => new(_source, (int)mark.Line, (int)mark.Column);

    private sealed class Refused(Place place, string message) : Exception(message)
    {
        public Place Place { get; } = place;
    }
}
