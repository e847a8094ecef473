using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Monitoring.Rules.Expressions;

/// <summary>
/// Reads conditions: psi &gt; 0.2 and not (rows &lt; 1000), count(psi &gt; 0.2) &gt;= 3, errors / requests &gt; 0.01.
/// From the loosest: or, and, not, comparison (one), + -, * /, unary minus.
/// </summary>
internal sealed partial class ExpressionReader
{
    private const int Longest = 2000;
    private const int Deepest = 50;
    private static readonly string[] s_comparisons = [">", ">=", "<", "<=", "==", "!="];

    private readonly List<(string Text, int Position)> _tokens;
    private readonly IReadOnlyCollection<string> _names;
    private int _at;
    private int _depth;

    private ExpressionReader(List<(string Text, int Position)> tokens, IReadOnlyCollection<string> names)
    {
        _tokens = tokens;
        _names = names;
    }

    private string Next => _at < _tokens.Count ? _tokens[_at].Text : "";

    /// <param name="names">The values that may be named.</param>
    public static Expression Read(string text, IEnumerable<string> names)
    {
        if (text.Length > Longest)
            throw SlipwayException.Invalid($"The condition has {text.Length} characters; it may have {Longest}.");
        var reader = new ExpressionReader(Split(text), [.. names]);
        var expression = reader.Or();
        if (reader.Next.Length > 0)
            throw reader.Wrong($"'{reader.Next}' was not expected");
        return expression.IsCondition
            ? expression
            : throw SlipwayException.Invalid($"'{text}' is a number; a condition compares, such as '{text.Trim()} > 0.2'.");
    }

    private static List<(string Text, int Position)> Split(string text)
    {
        var tokens = new List<(string, int)>();
        for (var at = 0; at < text.Length;)
        {
            var match = Token().Match(text, at);
            if (!match.Success)
                throw SlipwayException.Invalid($"'{text[at]}' at {at + 1} is no part of a condition; write psi > 0.2 and rows >= 100.");
            if (match.Value.Trim().Length > 0)
                tokens.Add((match.Value, at));
            at += match.Length;
        }

        return tokens;
    }

    private Expression Or() => Deeper(() => Chain(And, "or"));

    private Expression And() => Chain(Not, "and");

    private Expression Chain(Func<Expression> part, string word)
    {
        var left = part();
        while (Take(word))
            left = new PairExpression(word, Condition(left, word), Condition(part(), word));
        return left;
    }

    private Expression Not() => Take("not") ? Deeper(() => new NotExpression(Condition(Not(), "not"))) : Comparison();

    private Expression Comparison()
    {
        var left = Sum();
        if (!s_comparisons.Contains(Next))
            return left;
        var sign = Step();
        var compared = new PairExpression(sign, Number(left, sign), Number(Sum(), sign));
        return s_comparisons.Contains(Next) ? throw Wrong($"'{Next}' cannot follow another comparison; join them with 'and'") : compared;
    }

    private Expression Sum() => Arithmetic(Product, "+", "-");

    private Expression Product() => Arithmetic(Signed, "*", "/");

    private Expression Arithmetic(Func<Expression> part, string one, string other)
    {
        var left = part();
        while (Next == one || Next == other)
        {
            var sign = Step();
            left = new PairExpression(sign, Number(left, sign), Number(part(), sign));
        }

        return left;
    }

    private Expression Signed() => Take("-") ? Deeper(() => new PairExpression("-", new NumberExpression(0), Number(Signed(), "-"))) : Primary();

    private Expression Primary()
    {
        var token = Step();
        if (token == "(")
        {
            var inner = Or();
            Expect(")");
            return inner;
        }

        if (token.Length > 0 && char.IsAsciiDigit(token[0]))
            return new NumberExpression(double.Parse(token, NumberStyles.Float, CultureInfo.InvariantCulture));
        if (Next == "(")
            return Aggregate(token);
        return _names.Contains(token)
            ? new NameExpression(token)
            : throw SlipwayException.Invalid(token.Length == 0
                ? "The condition ends where a value was expected."
                : $"'{token}' is not one of the values.{Nearest.Hint(token, _names)} Known: {string.Join(", ", _names)}.");
    }

    private AggregateExpression Aggregate(string function)
    {
        if (!AggregateExpression.Functions.Contains(function))
        {
            throw SlipwayException.Invalid(
                $"'{function}' is not a function.{Nearest.Hint(function, AggregateExpression.Functions)} Known: {string.Join(", ", AggregateExpression.Functions)}.");
        }

        Expect("(");
        var inner = Or();
        Expect(")");
        if (!inner.Free.Any())
            throw SlipwayException.Invalid($"{function}(…) needs a value to look at.");
        return new AggregateExpression(function, function is "count" or "any" or "all" ? Condition(inner, function) : Number(inner, function));
    }

    private Expression Deeper(Func<Expression> read)
    {
        if (++_depth > Deepest)
            throw SlipwayException.Invalid($"The condition is nested deeper than {Deepest} levels.");
        var inner = read();
        _depth--;
        return inner;
    }

    private static Expression Condition(Expression part, string who) =>
        part.IsCondition ? part : throw SlipwayException.Invalid($"'{who}' needs conditions, such as psi > 0.2, and not numbers.");

    private static Expression Number(Expression part, string who) =>
        part.IsCondition ? throw SlipwayException.Invalid($"'{who}' needs numbers, and not conditions.") : part;

    private bool Take(string token)
    {
        if (Next != token)
            return false;
        _at++;
        return true;
    }

    private string Step()
    {
        var token = Next;
        _at++;
        return token;
    }

    private void Expect(string token)
    {
        if (!Take(token))
            throw Wrong(Next.Length == 0 ? $"The condition ends where '{token}' was expected" : $"'{Next}' stands where '{token}' was expected");
    }

    private SlipwayException Wrong(string what) =>
        SlipwayException.Invalid(_at < _tokens.Count ? $"{what}, at {_tokens[_at].Position + 1}." : $"{what}.");

    [GeneratedRegex(@"\G(?:\s+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?|[A-Za-z_][A-Za-z0-9_]*|>=|<=|==|!=|[-+*/()<>])")]
    private static partial Regex Token();
}
