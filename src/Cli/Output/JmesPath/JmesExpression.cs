using System.Text.Json.Nodes;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>A JMESPath expression, as <c>--query</c> takes it.</summary>
internal sealed class JmesExpression
{
    private readonly JmesNode _node;

    private JmesExpression(JmesNode node) => _node = node;

    public static JmesExpression Parse(string text) => new(JmesParser.Parse(text));

    public JsonNode? Of(JsonNode? document) => _node.Evaluate(document);
}
