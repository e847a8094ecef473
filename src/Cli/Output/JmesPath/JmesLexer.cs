using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>Cuts a JMESPath expression into tokens.</summary>
internal sealed class JmesLexer(string text)
{
    private int _at;

    public static IReadOnlyList<JmesToken> Read(string text)
    {
        var lexer = new JmesLexer(text);
        var tokens = new List<JmesToken>();
        do
            tokens.Add(lexer.Next());
        while (tokens[^1].Kind != JmesTokenKind.End);
        return tokens;
    }

    public static SlipwayException Refusal(string text, int position, string what) =>
        SlipwayException.Invalid($"--query: '{text}' is not a JMESPath expression: at character {position + 1}, {what}");

    private JmesToken Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        if (_at == text.Length)
            return new JmesToken(JmesTokenKind.End, "", _at);

        var start = _at;
        var first = text[_at];
        if (char.IsAsciiLetter(first) || first == '_')
            return While(JmesTokenKind.Identifier, c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (char.IsAsciiDigit(first) || first == '-')
            return Number();
        return first switch
        {
            '"' => new JmesToken(JmesTokenKind.QuotedIdentifier, Quoted(start), start),
            '\'' => new JmesToken(JmesTokenKind.Literal, Json(Raw(start)), start),
            '`' => new JmesToken(JmesTokenKind.Literal, Literal(start), start),
            _ => Sign(first),
        };
    }

    private JmesToken Sign(char first)
    {
        var second = _at + 1 < text.Length ? text[_at + 1] : '\0';
        var (kind, length) = (first, second) switch
        {
            ('|', '|') => (JmesTokenKind.Or, 2),
            ('&', '&') => (JmesTokenKind.And, 2),
            ('=', '=') => (JmesTokenKind.Equal, 2),
            ('!', '=') => (JmesTokenKind.NotEqual, 2),
            ('<', '=') => (JmesTokenKind.LessOrEqual, 2),
            ('>', '=') => (JmesTokenKind.GreaterOrEqual, 2),
            ('[', ']') => (JmesTokenKind.Flatten, 2),
            ('[', '?') => (JmesTokenKind.Filter, 2),
            ('|', _) => (JmesTokenKind.Pipe, 1),
            ('&', _) => (JmesTokenKind.Reference, 1),
            ('!', _) => (JmesTokenKind.Not, 1),
            ('<', _) => (JmesTokenKind.Less, 1),
            ('>', _) => (JmesTokenKind.Greater, 1),
            ('[', _) => (JmesTokenKind.LeftBracket, 1),
            (']', _) => (JmesTokenKind.RightBracket, 1),
            ('{', _) => (JmesTokenKind.LeftBrace, 1),
            ('}', _) => (JmesTokenKind.RightBrace, 1),
            ('(', _) => (JmesTokenKind.LeftParenthesis, 1),
            (')', _) => (JmesTokenKind.RightParenthesis, 1),
            ('.', _) => (JmesTokenKind.Dot, 1),
            ('*', _) => (JmesTokenKind.Star, 1),
            (',', _) => (JmesTokenKind.Comma, 1),
            (':', _) => (JmesTokenKind.Colon, 1),
            ('@', _) => (JmesTokenKind.Current, 1),
            ('=', _) => throw Refusal(text, _at, "'=' stands alone; to compare, write '=='."),
            _ => throw Refusal(text, _at, $"'{first}' has no meaning."),
        };
        var token = new JmesToken(kind, text.Substring(_at, length), _at);
        _at += length;
        return token;
    }

    private JmesToken While(JmesTokenKind kind, Func<char, bool> belongs)
    {
        var start = _at++;
        while (_at < text.Length && belongs(text[_at]))
            _at++;
        return new JmesToken(kind, text[start.._at], start);
    }

    private JmesToken Number()
    {
        var token = While(JmesTokenKind.Number, char.IsAsciiDigit);
        return int.TryParse(token.Text, out _) ? token : throw Refusal(text, token.Position, $"'{token.Text}' is not an index; numbers to compare with stand in backticks: `1`.");
    }

    /// <summary>What stands between the delimiter at the start and the next one without a backslash before it.</summary>
    private string Delimited(int start)
    {
        var delimiter = text[start];
        for (_at = start + 1; _at < text.Length; _at++)
        {
            if (text[_at] == delimiter)
                return text[(start + 1).._at++];
            if (text[_at] == '\\')
                _at++;
        }

        throw Refusal(text, start, $"{delimiter} is not closed.");
    }

    private string Raw(int start) => Delimited(start).Replace("\\'", "'", StringComparison.Ordinal);

    private string Quoted(int start)
    {
        var inside = Delimited(start);
        return Parsed($"\"{inside}\"")?.GetValue<string>() ?? throw Refusal(text, start, $"\"{inside}\" is not a JSON string.");
    }

    // `1`, `{"a": true}`; `abc` is a string, as it always was, although the grammar asks for quotes within.
    private string Literal(int start)
    {
        var inside = Delimited(start).Replace("\\`", "`", StringComparison.Ordinal).Trim();
        if (inside == "null" || Parsed(inside) is not null)
            return inside;
        return Parsed($"\"{inside}\"") is not null ? $"\"{inside}\"" : throw Refusal(text, start, $"`{inside}` is not JSON.");
    }

    private static JsonNode? Parsed(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Json(string value) => JsonValue.Create(value).ToJsonString();
}
