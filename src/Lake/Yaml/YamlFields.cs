using System.Globalization;
using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.Yaml;

/// <summary>Collects the mistakes of a file, so that all are reported at once.</summary>
internal sealed class YamlProblems(string source)
{
    private readonly List<(Mark At, string Message)> _found = [];

    public string Place(YamlNode node) => Place(node.Start);

    public void Add(YamlNode node, string message) => _found.Add((node.Start, message));

    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            throw SlipwayException.Invalid(string.Join(
                '\n', _found.OrderBy(problem => problem.At.Line).ThenBy(problem => problem.At.Column).Select(problem => $"{Place(problem.At)}: {problem.Message}")));
        }
    }

    /// <param name="what">What the file should be: "A suite is a mapping with name and expectations."</param>
    public YamlMappingNode Read(string text, string what)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
                return root;
        }
        catch (YamlException broken)
        {
            throw SlipwayException.Invalid($"{Place(broken.Start)}: This is not YAML: {broken.Message.TrimEnd('.')}.");
        }

        throw SlipwayException.Invalid($"{source}:1:1: {what}");
    }

    private string Place(Mark mark) => string.Create(CultureInfo.InvariantCulture, $"{source}:{mark.Line}:{mark.Column}");
}

/// <summary>A mapping of a file. What is missing or malformed is reported and read as absent.</summary>
internal sealed class YamlFields(YamlMappingNode map, YamlProblems problems)
{
    public YamlMappingNode Node { get; } = map;

    public void AllowOnly(string what, IReadOnlyCollection<string> fields)
    {
        foreach (var key in Node.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!fields.Contains(name))
                problems.Add(key, $"{what} has no field '{name}'.{Nearest.Hint(name, fields)} Known: {string.Join(", ", fields)}.");
        }
    }

    public YamlNode? Find(string field) =>
        Node.Children.TryGetValue(new YamlScalarNode(field), out var value) && value is not YamlScalarNode { Value: "" } ? value : null;

    public string? Text(string field)
    {
        if (Find(field) is not { } node)
            return null;
        if (node is YamlScalarNode { Value: { } text })
            return text;
        problems.Add(node, $"{field} is a single value.");
        return null;
    }

    public string? RequiredText(string field, string purpose)
    {
        if (Find(field) is null)
            problems.Add(Node, $"{field} is missing: {purpose}.");
        return Text(field);
    }

    public double? Number(string field, double min, double max)
    {
        if (Text(field) is not { } text)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        problems.Add(Find(field)!, string.Create(CultureInfo.InvariantCulture, $"{field} is '{text}'; it is a number{Range(min, max)}."));
        return null;
    }

    public T Choice<T>(string field, T absent, params ReadOnlySpan<(string Text, T Value)> choices)
    {
        if (Text(field) is not { } text)
            return absent;
        var names = new List<string>();
        foreach (var (name, value) in choices)
        {
            if (name == text)
                return value;
            names.Add(name);
        }

        problems.Add(Find(field)!, $"'{text}' is no value of {field}.{Nearest.Hint(text, names)} Known: {string.Join(", ", names)}.");
        return absent;
    }

    /// <summary>A list of scalars, or one scalar for a list of one.</summary>
    public IReadOnlyList<YamlScalarNode> List(string field)
    {
        var node = Find(field);
        if (node is YamlScalarNode single)
            return [single];
        if (node is YamlSequenceNode sequence && sequence.Children.All(item => item is YamlScalarNode))
            return [.. sequence.Children.Cast<YamlScalarNode>()];
        if (node is not null)
            problems.Add(node, $"{field} is a list of single values.");
        return [];
    }

    public IReadOnlyDictionary<string, string> Map(string field)
    {
        var map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (Find(field) is not YamlMappingNode { Children.Count: > 0 } node)
        {
            problems.Add(Find(field) ?? Node, $"{field} is a mapping, such as {field}: {{date: timestamp, delay: bigint}}.");
            return map;
        }

        foreach (var (key, value) in node.Children)
        {
            if (key is YamlScalarNode { Value: { } name } && value is YamlScalarNode { Value: { } text })
                map[name] = text;
            else
                problems.Add(key, $"{field} maps single values to single values.");
        }

        return map;
    }

    private static string Range(double min, double max) => double.IsInfinity(min)
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" from {min}{(double.IsInfinity(max) ? " on" : $" to {max}")}");
}
