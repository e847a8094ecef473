using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>--set, --add and --remove as az's verbs that update take them, applied in the order in which they were written.</summary>
internal sealed class ChangeOptions
{
    private readonly Option<string[]> _set;
    private readonly Option<string[]> _add = Several("--add", "Put into a list or a mapping: --add tags owner=ana team=risk.");
    private readonly Option<string[]> _remove = Several("--remove", "Take away: --remove tags.owner; of a list --remove PATH INDEX.");
    private readonly Option<bool> _asText = new("--force-string") { Description = "Values of --set and --add are text, whatever they look like." };

    /// <param name="fields">What can be changed, for --help.</param>
    public ChangeOptions(string fields) => _set = Several("--set", $"Change: {fields}.");

    public IEnumerable<Option> All => [_set, _add, _remove, _asText];

    public IReadOnlyList<DefinitionEdit> Read(ParseResult parsed)
    {
        var isText = parsed.GetValue(_asText);
        return [.. Groups(parsed).SelectMany(group => EditsOf(group.Option, group.Words, isText))];
    }

    /// <summary>As a server takes them that has the definition.</summary>
    public static JsonArray Wire(IReadOnlyList<DefinitionEdit> edits)
    {
        Demand(edits);
        return [.. edits.Select(edit => new JsonObject
        {
            [edit.Kind switch { EditKind.Add => "add", EditKind.Remove => "remove", _ => "set" }] = edit.Text,
            ["asText"] = edit.IsText,
        })];
    }

    public static void Demand(IReadOnlyList<DefinitionEdit> edits)
    {
        if (edits.Count == 0)
            throw SlipwayException.Invalid("--set: say what is to change.");
    }

    // A second --set is another group; the parser alone would join them.
    private List<(Option Option, List<string> Words)> Groups(ParseResult parsed)
    {
        var groups = new List<(Option, List<string>)>();
        List<string>? words = null;
        foreach (var token in parsed.Tokens)
        {
            if (token.Type != TokenType.Option)
            {
                words?.Add(token.Value);
                continue;
            }

            words = null;
            if (new Option[] { _set, _add, _remove }.FirstOrDefault(option => option.Name == token.Value) is { } option)
                groups.Add((option, words = []));
        }

        return groups;
    }

    private IEnumerable<DefinitionEdit> EditsOf(Option option, List<string> words, bool isText)
    {
        if (option == _set)
            return words.Select(word => DefinitionEdit.Set(word) with { IsText = isText });
        if (option == _add)
            return Added(words, isText);
        return words is [var path, var index] && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? [DefinitionEdit.Remove($"{path}[{index}]")]
            : words.Select(DefinitionEdit.Remove);
    }

    // As az does: pairs that stand together make one mapping, anything else is a value by itself.
    private static IEnumerable<DefinitionEdit> Added(List<string> words, bool isText)
    {
        if (words is not [var path, _, ..])
            throw SlipwayException.Invalid($"--add: '{words.FirstOrDefault()}' says only where; write --add PATH KEY=VALUE … or --add PATH VALUE.");
        var pairs = new JsonObject();
        foreach (var word in words.Skip(1))
        {
            if (word.Split('=', 2) is [{ Length: > 0 } key, var value] && !word.StartsWith('{'))
            {
                pairs[key] = value;
                continue;
            }

            if (pairs.Count > 0)
                yield return DefinitionEdit.Add($"{path}={pairs.ToJsonString()}");
            pairs = [];
            yield return DefinitionEdit.Add($"{path}={word}") with { IsText = isText };
        }

        if (pairs.Count > 0)
            yield return DefinitionEdit.Add($"{path}={pairs.ToJsonString()}");
    }

    private static Option<string[]> Several(string name, string description) => new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}
