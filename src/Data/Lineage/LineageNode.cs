using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// A thing in the lineage graph, written kind:name[@version]: data:flights-raw@5, run:0198…, deployment:flights/blue.
/// </summary>
public sealed partial record LineageNode
{
    private LineageNode(string kind, string name, string? version)
    {
        Kind = kind;
        Name = name;
        Version = version;
    }

    public string Kind { get; }

    public string Name { get; }

    public string? Version { get; }

    public static LineageNode Parse(string text)
    {
        var match = Pattern().Match(text);
        return match.Success
            ? new LineageNode(match.Groups["kind"].Value, match.Groups["name"].Value, Text(match.Groups["version"]))
            : throw SlipwayException.Invalid(
                $"'{(text.Length <= 80 ? text : text[..77] + "...")}' is not a lineage node: "
                + "kind:name or kind:name@version, such as data:flights-raw@5.");
    }

    public override string ToString() => Version is null ? $"{Kind}:{Name}" : $"{Kind}:{Name}@{Version}";

    private static string? Text(Group group) => group.Success ? group.Value : null;

    [GeneratedRegex(@"\A(?<kind>[a-z][a-z0-9-]{0,31}):(?<name>[^\p{C}@]{1,512})(@(?<version>[^\p{C}@]{1,256}))?\z")]
    private static partial Regex Pattern();
}
