using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>Recursive descent over the tokens of one filter or order_by entry.</summary>
internal sealed class FilterParser
{
    private const int DeepestNesting = 64;

    private readonly FilterGrammar _grammar;
    private readonly string _text;
    private FilterLexer _lexer;
    private Token _current;
    private int _depth;

    public FilterParser(FilterGrammar grammar, string text)
    {
        _grammar = grammar;
        _text = text;
        _lexer = new FilterLexer(text);
        _current = _lexer.Next();
    }

    public static SlipwayException Refusal(string filter, int position, string reason)
    {
        var shown = filter.Length <= 300 ? filter : filter[..300] + "…";
        return SlipwayException.Invalid($"Invalid clause(s) in filter string: {reason}, at position {position} of \"{shown}\".");
    }

    public FilterNode ParseFilter()
    {
        var node = Or();
        if (_current.IsSymbol(";"))
            throw Refusal("search filter contained multiple expressions; a filter is one expression without ';'");
        if (_current.IsKeyword("or"))
            throw Refusal("OR is not part of this search's grammar; conditions are joined by AND");
        if (_current.Kind != TokenKind.End)
            throw Refusal($"AND or the end was expected instead of '{_current.Text}'");
        return node;
    }

    public OrderTerm ParseOrder()
    {
        if (_current.Kind == TokenKind.End)
            throw SlipwayException.Invalid("Invalid order_by clause: it is empty; write a field, then ASC or DESC.");
        var (entity, field) = Field();
        var ascending = true;
        if (_current.IsKeyword("asc") || _current.IsKeyword("desc"))
        {
            ascending = _current.IsKeyword("asc");
            Advance();
        }

        return _current.Kind == TokenKind.End
            ? new OrderTerm(entity.Name, field.Name, ascending)
            : throw SlipwayException.Invalid(
                $"Invalid order_by clause '{_text}': only ASC or DESC may follow the field, not '{_current.Text}'.");
    }

    private FilterNode Or()
    {
        var first = And();
        if (!_grammar.Extended || !_current.IsKeyword("or"))
            return first;

        var parts = new List<FilterNode> { first };
        while (_current.IsKeyword("or"))
        {
            Advance();
            parts.Add(And());
        }

        return new FilterOr(parts);
    }

    private FilterNode And()
    {
        var first = Part();
        if (!_current.IsKeyword("and"))
            return first;

        var parts = new List<FilterNode> { first };
        while (_current.IsKeyword("and"))
        {
            Advance();
            parts.Add(Part());
        }

        return new FilterAnd(parts);
    }

    private FilterNode Part()
    {
        if (_current.IsSymbol("(") || (_current.IsKeyword("not") && _grammar.Extended))
            return Nested();
        return Condition();
    }

    private FilterNode Nested()
    {
        if (!_grammar.Extended)
            throw Refusal("parentheses are not part of this search's grammar; conditions are joined by AND");
        if (++_depth > DeepestNesting)
            throw Refusal($"the filter is nested more than {DeepestNesting} times");

        var negated = _current.IsKeyword("not");
        Advance();
        FilterNode node;
        if (negated)
        {
            node = new FilterNot(Part());
        }
        else
        {
            node = Or();
            if (!_current.IsSymbol(")"))
                throw Refusal("a closing parenthesis was expected");
            Advance();
        }

        _depth--;
        return node;
    }

    private FilterCondition Condition()
    {
        var start = _current;
        var (entity, field) = Field();
        var at = _current;
        var comparison = Operator();
        if (!Allowed(field).HasFlag(comparison))
        {
            throw Refusal(_text, at.Position,
                $"Invalid comparator: '{entity.Name}.{field.Name}' can be compared with {Listed(Allowed(field))}");
        }

        var condition = new FilterCondition
        {
            Entity = entity.Name,
            Key = field.Name,
            Operator = comparison,
            Position = start.Position,
        };
        if (FilterOperators.Presence.HasFlag(comparison))
            return condition;
        return FilterOperators.Lists.HasFlag(comparison) ? condition with { List = List() } : Valued(condition, field);
    }

    private FilterOperators Allowed(FilterField field)
    {
        if (!_grammar.Extended)
            return field.Operators;
        return field.Kind == FilterKind.Text
            ? field.Operators | FilterOperators.Ordering | FilterOperators.Text | FilterOperators.RLike | FilterOperators.Lists
            : field.Operators;
    }

    private (FilterEntity Entity, FilterField Field) Field()
    {
        var (entity, key) = Identifier();
        return _grammar.Find(entity, key) ?? throw Refusal(_text, _previous.Position, _grammar.Explain(entity, key));
    }

    private Token _previous;

    private (string? Entity, string Key) Identifier()
    {
        var token = _current;
        if (token.Kind == TokenKind.Quoted && token.Quote != '\'')
        {
            Advance();
            var dot = token.Text.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? (null, token.Text) : (token.Text[..dot], token.Text[(dot + 1)..]);
        }

        if (token.Kind != TokenKind.Word)
        {
            throw Refusal(token.Kind == TokenKind.End
                ? "a condition such as metrics.auc > 0.5 is missing"
                : $"the name of a field was expected instead of '{token.Text}'");
        }

        Advance();

        // "Run name" is one of MLflow's spellings of run_name.
        if (token.Entity is null && _current is { Kind: TokenKind.Word, Entity: null } second
            && _grammar.Find(null, $"{token.Text} {second.Text}") is not null)
        {
            Advance();
            _previous = token;
            return (null, $"{token.Text} {second.Text}");
        }

        return (token.Entity, token.Text);
    }

    private FilterOperators Operator()
    {
        var token = _current;
        Advance();
        if (token.Kind == TokenKind.Symbol)
        {
            return token.Text switch
            {
                "=" => FilterOperators.Equal,
                "!=" or "<>" => FilterOperators.NotEqual,
                ">" => FilterOperators.Greater,
                ">=" => FilterOperators.GreaterOrEqual,
                "<" => FilterOperators.Less,
                "<=" => FilterOperators.LessOrEqual,
                _ => throw NoOperator(token),
            };
        }

        if (token.IsKeyword("like"))
            return FilterOperators.Like;
        if (token.IsKeyword("ilike"))
            return FilterOperators.ILike;
        if (token.IsKeyword("rlike"))
            return FilterOperators.RLike;
        if (token.IsKeyword("in"))
            return FilterOperators.In;
        if (token.IsKeyword("not") && _current.IsKeyword("in"))
        {
            Advance();
            return FilterOperators.NotIn;
        }

        return token.IsKeyword("is") ? Presence() : throw NoOperator(token);
    }

    private FilterOperators Presence()
    {
        var negated = _current.IsKeyword("not");
        if (negated)
            Advance();
        if (!_current.IsKeyword("null"))
            throw Refusal("NULL was expected after IS");
        Advance();
        return negated ? FilterOperators.IsNotNull : FilterOperators.IsNull;
    }

    private FilterCondition Valued(FilterCondition condition, FilterField field)
    {
        var token = _current;
        Advance();
        return (field.Kind, token.Kind) switch
        {
            (FilterKind.Text or FilterKind.TextOrNumber, TokenKind.Quoted) when token.Quote != '`' => WithText(condition, token),
            (FilterKind.Text, TokenKind.Number) when _grammar.Extended => condition with { Number = token.Number },
            (FilterKind.Text, _) => throw Refusal(_text, token.Position,
                $"a value in quotes was expected for {condition.Entity}.{condition.Key} instead of '{token.Text}'"),
            (_, TokenKind.Number) => condition with { Number = token.Number },
            (FilterKind.Time, TokenKind.Quoted) when _grammar.Extended => condition with { Number = Time(token) },
            _ => throw Refusal(_text, token.Position,
                $"a number was expected for {condition.Entity}.{condition.Key} instead of '{token.Text}'"),
        };
    }

    private FilterCondition WithText(FilterCondition condition, Token token)
    {
        if (condition.Operator == FilterOperators.RLike && FilterRegex.Refusal(token.Text) is { } reason)
            throw Refusal(_text, token.Position, $"the regular expression is not valid here: {reason}");
        return condition with { Text = token.Text };
    }

    private double Time(Token token) =>
        DateTimeOffset.TryParse(token.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw Refusal(_text, token.Position, $"'{token.Text}' is not a time such as 2026-01-31T12:00:00Z");

    private List<string> List()
    {
        if (!_current.IsSymbol("("))
            throw Refusal("a list in parentheses was expected after IN");
        var values = new List<string>();
        do
        {
            Advance();
            if (_current.Kind != TokenKind.Quoted || _current.Quote == '`')
                throw Refusal("IN takes a non-empty list of values in quotes: ('a', 'b')");
            values.Add(_current.Text);
            Advance();
        }
        while (_current.IsSymbol(","));

        if (!_current.IsSymbol(")"))
            throw Refusal("the list of IN is not closed");
        Advance();
        return values;
    }

    private static string Listed(FilterOperators operators)
    {
        var all = new (FilterOperators Operator, string Text)[]
        {
            (FilterOperators.Equal, "="), (FilterOperators.NotEqual, "!="), (FilterOperators.Greater, ">"),
            (FilterOperators.GreaterOrEqual, ">="), (FilterOperators.Less, "<"), (FilterOperators.LessOrEqual, "<="),
            (FilterOperators.Like, "LIKE"), (FilterOperators.ILike, "ILIKE"), (FilterOperators.RLike, "RLIKE"),
            (FilterOperators.In, "IN"), (FilterOperators.NotIn, "NOT IN"),
            (FilterOperators.IsNull, "IS NULL"), (FilterOperators.IsNotNull, "IS NOT NULL"),
        };
        return string.Join(", ", all.Where(entry => operators.HasFlag(entry.Operator)).Select(entry => entry.Text));
    }

    private SlipwayException NoOperator(Token token) => Refusal(
        _text, token.Position, $"a comparator (=, !=, >, LIKE …) was expected instead of '{token.Text}'");

    private SlipwayException Refusal(string reason) => Refusal(_text, _current.Position, reason);

    private void Advance()
    {
        _previous = _current;
        _current = _lexer.Next();
    }
}
