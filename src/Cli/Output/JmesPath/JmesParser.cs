using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>
/// Reads the grammar of https://jmespath.org/specification.html by top-down operator precedence: what begins an
/// expression (<see cref="Begin"/>) and what goes on with one (<see cref="Continue"/>).
/// </summary>
internal sealed class JmesParser
{
    // What binds weaker than this ends the right side of a projection.
    private const int ProjectionStop = 10;
    private const int MaxDepth = 200;

    private readonly string _text;
    private readonly IReadOnlyList<JmesToken> _tokens;
    private int _at;
    private int _depth;

    private JmesParser(string text)
    {
        _text = text;
        _tokens = JmesLexer.Read(text);
    }

    private JmesToken Now => _tokens[_at];

    public static JmesNode Parse(string text)
    {
        var parser = new JmesParser(text);
        var node = parser.Expression(0);
        return parser.Now.Kind == JmesTokenKind.End ? node : throw parser.Unexpected();
    }

    private JmesNode Expression(int power)
    {
        if (++_depth > MaxDepth)
            throw JmesLexer.Refusal(_text, Now.Position, $"it is nested more than {MaxDepth} deep.");
        var left = Begin(Take());
        while (power < Now.Power)
            left = Continue(left, Take());
        _depth--;
        return left;
    }

    private JmesNode Begin(JmesToken token)
    {
        switch (token.Kind)
        {
            case JmesTokenKind.Literal:
                return new LiteralNode(JsonNode.Parse(token.Text));
            case JmesTokenKind.Identifier:
                return Now.Kind == JmesTokenKind.LeftParenthesis ? Call(token) : new FieldNode(token.Text);
            case JmesTokenKind.QuotedIdentifier:
                return Now.Kind == JmesTokenKind.LeftParenthesis ? throw Unexpected() : new FieldNode(token.Text);
            case JmesTokenKind.Star:
                return Values(CurrentNode.Instance);
            case JmesTokenKind.Filter:
                return Filter(CurrentNode.Instance);
            case JmesTokenKind.Flatten:
                return Flatten(CurrentNode.Instance);
            case JmesTokenKind.LeftBrace:
                return Hash();
            case JmesTokenKind.LeftBracket:
                return StartsIndex() || IsWholeList() ? Bracket(CurrentNode.Instance) : List();
            case JmesTokenKind.LeftParenthesis:
                var inner = Expression(0);
                Expect(JmesTokenKind.RightParenthesis);
                return inner;
            case JmesTokenKind.Not:
                return new NotNode(Expression(token.Power));
            case JmesTokenKind.Current:
                return CurrentNode.Instance;
            case JmesTokenKind.Reference:
                return new ReferenceNode(Expression(token.Power));
            default:
                _at -= token.Kind == JmesTokenKind.End ? 0 : 1;
                throw Unexpected();
        }
    }

    private JmesNode Continue(JmesNode left, JmesToken token)
    {
        switch (token.Kind)
        {
            case JmesTokenKind.Dot when Now.Kind == JmesTokenKind.Star:
                _at++;
                return Values(left);
            case JmesTokenKind.Dot:
                return new PipeNode(left, AfterDot(token.Power));
            case JmesTokenKind.Pipe:
                return new PipeNode(left, Expression(token.Power));
            case JmesTokenKind.Or:
                return new OrNode(left, Expression(token.Power));
            case JmesTokenKind.And:
                return new AndNode(left, Expression(token.Power));
            case >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual:
                return new ComparisonNode(token.Kind, left, Expression(token.Power));
            case JmesTokenKind.Filter:
                return Filter(left);
            case JmesTokenKind.Flatten:
                return Flatten(left);
            case JmesTokenKind.LeftBracket when StartsIndex() || IsWholeList():
                return Bracket(left);
            default:
                _at--;
                throw Unexpected();
        }
    }

    private bool StartsIndex() => Now.Kind is JmesTokenKind.Number or JmesTokenKind.Colon;

    private bool IsWholeList() => Now.Kind == JmesTokenKind.Star && _tokens[_at + 1].Kind == JmesTokenKind.RightBracket;

    // [*], [3], [1:], [::2]: what stands after the bracket.
    private JmesNode Bracket(JmesNode left)
    {
        if (Now.Kind == JmesTokenKind.Star)
        {
            _at += 2;
            return new ProjectionNode(left, AfterProjection(JmesTokenKind.Star));
        }

        var parts = new List<int?> { null };
        while (Now.Kind is JmesTokenKind.Number or JmesTokenKind.Colon && parts.Count <= 3)
        {
            var token = Take();
            if (token.Kind == JmesTokenKind.Colon)
                parts.Add(null);
            else
                parts[^1] = parts[^1] is null ? int.Parse(token.Text, CultureInfo.InvariantCulture) : throw Unexpected();
        }

        Expect(JmesTokenKind.RightBracket);
        if (parts.Count == 1)
            return new IndexNode(left, parts[0]!.Value);
        var step = parts.Count == 3 ? parts[2] ?? 1 : 1;
        if (step == 0 || parts.Count > 3)
            throw JmesLexer.Refusal(_text, Now.Position, "a slice is [start:stop:step], and its step is not 0.");
        return new ProjectionNode(new SliceNode(left, parts[0], parts[1], step), AfterProjection(JmesTokenKind.Star));
    }

    private ValuesNode Values(JmesNode left) => new(left, AfterProjection(JmesTokenKind.Star));

    private ProjectionNode Flatten(JmesNode left) => new(new FlattenNode(left), AfterProjection(JmesTokenKind.Flatten));

    private ProjectionNode Filter(JmesNode left)
    {
        var condition = Expression(0);
        Expect(JmesTokenKind.RightBracket);
        var right = Now.Kind == JmesTokenKind.Flatten ? CurrentNode.Instance : AfterProjection(JmesTokenKind.Filter);
        return new ProjectionNode(left, right, condition);
    }

    private JmesNode AfterProjection(JmesTokenKind kind)
    {
        var power = new JmesToken(kind, "", 0).Power;
        if (Now.Power < ProjectionStop)
            return CurrentNode.Instance;
        if (Now.Kind is JmesTokenKind.LeftBracket or JmesTokenKind.Filter)
            return Expression(power);
        Expect(JmesTokenKind.Dot);
        return AfterDot(power);
    }

    private JmesNode AfterDot(int power)
    {
        switch (Now.Kind)
        {
            case JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier or JmesTokenKind.Star:
                return Expression(power);
            case JmesTokenKind.LeftBracket:
                _at++;
                return List();
            case JmesTokenKind.LeftBrace:
                _at++;
                return Hash();
            default:
                throw Unexpected();
        }
    }

    private ListNode List() => new(Separated(JmesTokenKind.RightBracket, () => Expression(0), mayBeEmpty: false));

    private HashNode Hash() => new(Separated(JmesTokenKind.RightBrace, Entry, mayBeEmpty: false));

    private KeyValuePair<string, JmesNode> Entry()
    {
        var key = Take();
        if (key.Kind is not (JmesTokenKind.Identifier or JmesTokenKind.QuotedIdentifier))
        {
            _at--;
            throw Unexpected();
        }

        Expect(JmesTokenKind.Colon);
        return KeyValuePair.Create(key.Text, Expression(0));
    }

    private FunctionNode Call(JmesToken name)
    {
        Expect(JmesTokenKind.LeftParenthesis);
        var arguments = Separated(JmesTokenKind.RightParenthesis, () => Expression(0), mayBeEmpty: true);
        return JmesFunctions.Bind(name.Text, arguments, what => JmesLexer.Refusal(_text, name.Position, what));
    }

    private List<T> Separated<T>(JmesTokenKind end, Func<T> read, bool mayBeEmpty)
    {
        var items = new List<T>();
        if (mayBeEmpty && Now.Kind == end)
        {
            _at++;
            return items;
        }

        while (true)
        {
            items.Add(read());
            if (Now.Kind != JmesTokenKind.Comma)
                break;
            _at++;
        }

        Expect(end);
        return items;
    }

    private JmesToken Take() => Now.Kind == JmesTokenKind.End ? Now : _tokens[_at++];

    private void Expect(JmesTokenKind kind)
    {
        if (Now.Kind != kind)
            throw Unexpected();
        _at++;
    }

    private SlipwayException Unexpected() => JmesLexer.Refusal(
        _text, Now.Position, Now.Kind == JmesTokenKind.End ? "something is missing." : $"'{Now.Text}' cannot stand.");
}
