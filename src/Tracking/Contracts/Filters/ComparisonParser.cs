using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>Reads what follows the field of a condition: the comparator and the value that fits both.</summary>
/// <param name="extended">Times in quotes, and numbers that texts are compared with.</param>
internal sealed class ComparisonParser(FilterTokens tokens, bool extended)
{
    public static string Listed(FilterOperators operators)
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

    public FilterOperators Operator()
    {
        var token = tokens.Current;
        tokens.Advance();
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
        if (token.IsKeyword("not") && tokens.Current.IsKeyword("in"))
        {
            tokens.Advance();
            return FilterOperators.NotIn;
        }

        return token.IsKeyword("is") ? Presence() : throw NoOperator(token);
    }

    /// <summary>The condition with the value that its operator asks for.</summary>
    public FilterCondition WithValue(FilterCondition condition, FilterField field)
    {
        if (FilterOperators.Presence.HasFlag(condition.Operator))
            return condition;
        return FilterOperators.Lists.HasFlag(condition.Operator) ? condition with { List = List() } : Valued(condition, field);
    }

    private FilterOperators Presence()
    {
        var negated = tokens.Current.IsKeyword("not");
        if (negated)
            tokens.Advance();
        if (!tokens.Current.IsKeyword("null"))
            throw tokens.Refusal("NULL was expected after IS");
        tokens.Advance();
        return negated ? FilterOperators.IsNotNull : FilterOperators.IsNull;
    }

    private FilterCondition Valued(FilterCondition condition, FilterField field)
    {
        var token = tokens.Current;
        tokens.Advance();
        return (field.Kind, token.Kind) switch
        {
            (FilterKind.Text or FilterKind.TextOrNumber, TokenKind.Quoted) when token.Quote != '`' => WithText(condition, token),
            (FilterKind.Text, TokenKind.Number) when extended => condition with { Number = token.Number },
            (FilterKind.Text, _) => throw tokens.Refusal(token.Position,
                $"a value in quotes was expected for {condition.Entity}.{condition.Key} instead of '{token.Text}'"),
            (_, TokenKind.Number) => condition with { Number = token.Number },
            (FilterKind.Time, TokenKind.Quoted) when extended => condition with { Number = Time(token) },
            _ => throw tokens.Refusal(token.Position,
                $"a number was expected for {condition.Entity}.{condition.Key} instead of '{token.Text}'"),
        };
    }

    private FilterCondition WithText(FilterCondition condition, Token token)
    {
        if (condition.Operator == FilterOperators.RLike && FilterRegex.Refusal(token.Text) is { } reason)
            throw tokens.Refusal(token.Position, $"the regular expression is not valid here: {reason}");
        return condition with { Text = token.Text };
    }

    private double Time(Token token) =>
        DateTimeOffset.TryParse(token.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw tokens.Refusal(token.Position, $"'{token.Text}' is not a time such as 2026-01-31T12:00:00Z");

    private List<string> List()
    {
        if (!tokens.Current.IsSymbol("("))
            throw tokens.Refusal("a list in parentheses was expected after IN");
        var values = new List<string>();
        do
        {
            tokens.Advance();
            if (tokens.Current.Kind != TokenKind.Quoted || tokens.Current.Quote == '`')
                throw tokens.Refusal("IN takes a non-empty list of values in quotes: ('a', 'b')");
            values.Add(tokens.Current.Text);
            tokens.Advance();
        }
        while (tokens.Current.IsSymbol(","));

        if (!tokens.Current.IsSymbol(")"))
            throw tokens.Refusal("the list of IN is not closed");
        tokens.Advance();
        return values;
    }

    private SlipwayException NoOperator(Token token) =>
        tokens.Refusal(token.Position, $"a comparator (=, !=, >, LIKE …) was expected instead of '{token.Text}'");
}
