using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Spectre.Console;

namespace Slipway.Cli.Verbs;

/// <summary>slipway lineage: what a thing was made from, and what came of it.</summary>
internal static class LineageCommands
{
    public static Command Create() => new("lineage", "What a thing was made from, and what came of it.")
    {
        Verb("show", "What led to a node: prediction:<id>, model:name@3, data:name@5, run:<id>.", "upstream"),
        Verb("impact", "What came of a node: everything that it touched.", "downstream"),
        Columns(),
    };

    private static Command Columns()
    {
        var node = new Argument<string>("node") { Description = "A data version that a dataflow landed: data:orders@3." };
        return ApiVerb.Create("columns", "What each column of a data version was made from.", [node], async (client, parsed, format, ct) =>
        {
            var answer = await client.GetAsync($"api/v1/lineage/columns?node={Uri.EscapeDataString(parsed.GetValue(node)!)}", ct);
            Printer.List(answer["edges"]!.AsArray(), ["node", "column", "kind", "fromNode", "fromColumn"], format);
            return 0;
        });
    }

    private static Command Verb(string name, string description, string direction)
    {
        var node = new Argument<string>("node") { Description = "kind:name[@version], such as data:flights-raw@5." };
        return ApiVerb.Create(name, description, [node], async (client, parsed, format, ct) =>
        {
            var start = parsed.GetValue(node)!;
            var answer = await client.GetAsync($"api/v1/lineage/{direction}?node={Uri.EscapeDataString(start)}", ct);
            if (format.IsForPeople)
                Draw(format, start, answer["edges"]!.AsArray(), upstream: direction == "upstream");
            else
                Printer.List(answer["edges"]!.AsArray(), ["from", "act", "to", "time", "principal"], format);
            return 0;
        });
    }

    private static void Draw(OutputStyle style, string start, JsonArray edges, bool upstream)
    {
        var (near, far) = upstream ? ("to", "from") : ("from", "to");
        var byNear = edges.ToLookup(edge => edge![near]!.ToString());
        var tree = new Spectre.Console.Tree(Markup.Escape(start));
        Grow(tree, start, byNear, far, [start]);
        TableOutput.Console(style).Write(tree);
    }

    // tree:sha256:dd875b94acec216b8616… → tree:sha256:dd875b94acec
    private static string Short(string node) => node.StartsWith("tree:sha256:", StringComparison.Ordinal) ? node[..24] : node;

    // A node that was drawn already is named again, but what is behind it is drawn once.
    private static void Grow(
        IHasTreeNodes parent, string node, ILookup<string, JsonNode?> edges, string far, HashSet<string> drawn)
    {
        foreach (var edge in edges[node].DistinctBy(edge => (edge!["act"]!.ToString(), edge[far]!.ToString())))
        {
            var next = edge![far]!.ToString();
            var isNew = drawn.Add(next);
            var more = isNew || !edges[next].Any() ? "" : " [dim](above)[/]";
            var child = parent.AddNode($"[dim]{Markup.Escape(edge["act"]!.ToString())}[/] {Markup.Escape(Short(next))}{more}");
            if (isNew)
                Grow(child, next, edges, far, drawn);
        }
    }
}
