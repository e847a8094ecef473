using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>Recursive descent over the tokens of one filter or order_by entry.</summary>
internal sealed class FilterParser
{
    private const int DeepestNesting = 64;

    // PostgreSQL takes seconds to plan a hundred conditions on tags, and SQLite refuses a thousand of any kind.
    private const int MostConditions = 50;

    private readonly FilterGrammar _grammar;
    private readonly FilterTokens _tokens;
    private readonly ComparisonParser _comparisons;
    private int _depth;
    private int _conditions;

    public FilterParser(FilterGrammar grammar, string text)
    {
        _grammar = grammar;
        _tokens = new FilterTokens(text);
        _comparisons = new ComparisonParser(_tokens, grammar.Extended);
    }

    public FilterNode ParseFilter()
    {
        var node = Or();
        if (_tokens.Current.IsSymbol(";"))
            throw _tokens.Refusal("search filter contained multiple expressions; a filter is one expression without ';'");
        if (_tokens.Current.IsKeyword("or"))
            throw _tokens.Refusal("OR is not part of this search's grammar; conditions are joined by AND");
        if (_tokens.Current.Kind != TokenKind.End)
            throw _tokens.Refusal($"AND or the end was expected instead of '{_tokens.Current.Text}'");
        return node;
    }

    public OrderTerm ParseOrder()
    {
        if (_tokens.Current.Kind == TokenKind.End)
            throw SlipwayException.Invalid("Invalid order_by clause: it is empty; write a field, then ASC or DESC.");
        var (entity, field) = Field();
        var ascending = true;
        if (_tokens.Current.IsKeyword("asc") || _tokens.Current.IsKeyword("desc"))
        {
            ascending = _tokens.Current.IsKeyword("asc");
            _tokens.Advance();
        }

        return _tokens.Current.Kind == TokenKind.End
            ? new OrderTerm(entity.Name, field.Name, ascending)
            : throw SlipwayException.Invalid(
                $"Invalid order_by clause '{_tokens.Text}': only ASC or DESC may follow the field, not '{_tokens.Current.Text}'.");
    }

    private FilterNode Or()
    {
        var first = And();
        if (!_grammar.Extended || !_tokens.Current.IsKeyword("or"))
            return first;

        var parts = new List<FilterNode> { first };
        while (_tokens.Current.IsKeyword("or"))
        {
            _tokens.Advance();
            parts.Add(And());
        }

        return new FilterOr(parts);
    }

    private FilterNode And()
    {
        var first = Part();
        if (!_tokens.Current.IsKeyword("and"))
            return first;

        var parts = new List<FilterNode> { first };
        while (_tokens.Current.IsKeyword("and"))
        {
            _tokens.Advance();
            parts.Add(Part());
        }

        return new FilterAnd(parts);
    }

    private FilterNode Part()
    {
        if (_tokens.Current.IsSymbol("(") || (_tokens.Current.IsKeyword("not") && _grammar.Extended))
            return Nested();
        return Condition();
    }

    private FilterNode Nested()
    {
        if (!_grammar.Extended)
            throw _tokens.Refusal("parentheses are not part of this search's grammar; conditions are joined by AND");
        if (++_depth > DeepestNesting)
            throw _tokens.Refusal($"the filter is nested more than {DeepestNesting} times");

        var negated = _tokens.Current.IsKeyword("not");
        _tokens.Advance();
        FilterNode node;
        if (negated)
        {
            node = new FilterNot(Part());
        }
        else
        {
            node = Or();
            if (!_tokens.Current.IsSymbol(")"))
                throw _tokens.Refusal("a closing parenthesis was expected");
            _tokens.Advance();
        }

        _depth--;
        return node;
    }

    private FilterCondition Condition()
    {
        var start = _tokens.Current;
        if (++_conditions > MostConditions)
            throw _tokens.Refusal($"the filter has more than {MostConditions} conditions; split the search");
        var (entity, field) = Field();
        var at = _tokens.Current;
        var comparison = _comparisons.Operator();
        if (!Allowed(field).HasFlag(comparison))
        {
            throw _tokens.Refusal(at.Position,
                $"Invalid comparator: '{entity.Name}.{field.Name}' can be compared with {ComparisonParser.Listed(Allowed(field))}");
        }

        return _comparisons.WithValue(
            new FilterCondition { Entity = entity.Name, Key = field.Name, Operator = comparison, Position = start.Position },
            field);
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
        var position = _tokens.Current.Position;
        var (entity, key) = Identifier();
        return _grammar.Find(entity, key) ?? throw _tokens.Refusal(position, _grammar.Explain(entity, key));
    }

    private (string? Entity, string Key) Identifier()
    {
        var token = _tokens.Current;
        if (token.Kind == TokenKind.Quoted && token.Quote != '\'')
        {
            _tokens.Advance();
            var dot = token.Text.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? (null, token.Text) : (token.Text[..dot], token.Text[(dot + 1)..]);
        }

        if (token.Kind != TokenKind.Word)
        {
            throw _tokens.Refusal(token.Kind == TokenKind.End
                ? "a condition such as metrics.auc > 0.5 is missing"
                : $"the name of a field was expected instead of '{token.Text}'");
        }

        _tokens.Advance();

        // "Run name" is one of MLflow's spellings of run_name.
        if (token.Entity is null && _tokens.Current is { Kind: TokenKind.Word, Entity: null } second
            && _grammar.Find(null, $"{token.Text} {second.Text}") is not null)
        {
            _tokens.Advance();
            return (null, $"{token.Text} {second.Text}");
        }

        return (token.Entity, token.Text);
    }
}
