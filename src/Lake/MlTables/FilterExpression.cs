using System.Text;
using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.MlTables;

/// <summary>
/// A filter as Azure ML writes it, <c>col("delay") &gt; 15 and not (col("origin") == "JFK")</c>, as SQL. Each word of it is known, so
/// that it can be nothing but a condition on columns.
/// </summary>
internal static partial class FilterExpression
{
    private static readonly Dictionary<string, string> s_words = new(StringComparer.Ordinal)
    {
        ["and"] = "and",
        ["or"] = "or",
        ["not"] = "not",
        ["&&"] = "and",
        ["||"] = "or",
        ["True"] = "true",
        ["False"] = "false",
        ["true"] = "true",
        ["false"] = "false",
        ["=="] = "=",
        ["!="] = "<>",
        ["<="] = "<=",
        [">="] = ">=",
        ["<"] = "<",
        [">"] = ">",
        ["+"] = "+",
        ["-"] = "-",
        ["*"] = "*",
        ["/"] = "/",
        ["%"] = "%",
        ["("] = "(",
        [")"] = ")",
    };

    /// <exception cref="SlipwayException">InvalidParameter: what in it is not known.</exception>
    public static string ToSql(string text)
    {
        var sql = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (Token().Match(text, at) is not { Success: true } token)
                throw SlipwayException.Invalid($"'{text[at..]}' in it is not known: write col(\"name\"), numbers, texts, ==, !=, <, <=, >, >=, and, or, not");
            at += token.Length;
            sql.Append(Word(token)).Append(' ');
        }

        return sql.Length > 0 ? sql.ToString().Trim() : throw SlipwayException.Invalid("it is empty");
    }

    private static string Word(Match token)
    {
        if (token.Groups["column"] is { Success: true } column)
            return DuckDbSql.Identifier(Unquoted(column.Value));
        if (token.Groups["text"] is { Success: true } literal)
            return DuckDbSql.Literal(Unquoted(literal.Value));
        var word = token.Value.Trim();
        return s_words.GetValueOrDefault(word)
            ?? (char.IsAsciiDigit(word[0]) || word[0] == '.'
                ? word
                : throw SlipwayException.Invalid($"'{word}' in it is not known: columns are written col(\"{word}\"), and texts in quotes"));
    }

    private static string Unquoted(string quoted) => Escaped().Replace(quoted[1..^1], "$1");

    [GeneratedRegex(@"\G\s*(col\(\s*(?<column>""(\\.|[^""\\])*""|'(\\.|[^'\\])*')\s*\)|(?<text>""(\\.|[^""\\])*""|'(\\.|[^'\\])*')|\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+|[A-Za-z_]\w*|==|!=|<=|>=|&&|\|\||[<>+\-*/%()])\s*")]
    private static partial Regex Token();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}
