using System.Globalization;

namespace Slipway.Tracking.Contracts.Filters;

internal enum TokenKind
{
    /// <summary>A name or keyword: Text, and Entity when it has a dot.</summary>
    Word,
    Quoted,
    Number,
    Symbol,
    End,
}

/// <param name="Position">From 1.</param>
/// <param name="Entity">What stood before the first dot of a word.</param>
/// <param name="Quote">The quote character of a quoted text.</param>
internal readonly record struct Token(
    TokenKind Kind, string Text, int Position, string? Entity = null, double Number = 0, char Quote = '\0')
{
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public bool IsKeyword(string keyword) =>
        Kind == TokenKind.Word && Entity is null && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Cuts a filter into tokens: metrics.`a b` >= -1.5e3 AND tag.x LIKE 'y%'.</summary>
internal struct FilterLexer(string text)
{
    private static readonly string[] s_symbols = ["!=", ">=", "<=", "<>", "=", ">", "<", "(", ")", ",", ";"];

    private int _at;

    public Token Next()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
        if (_at == text.Length)
            return new Token(TokenKind.End, "", _at + 1);

        var position = _at + 1;
        var first = text[_at];
        if (first is '\'' or '"' or '`')
            return QuotedOrWord(position, first);
        if (char.IsAsciiDigit(first) || (first is '-' or '+' or '.' && _at + 1 < text.Length && IsNumberStart(text[_at + 1])))
            return NumberToken(position);
        if (char.IsLetter(first) || first == '_')
            return Word(position);

        foreach (var symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0)
            {
                _at += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, position);
            }
        }

        throw FilterTokens.Refusal(text, position, $"'{first}' has no meaning here");
    }

    private static bool IsNumberStart(char c) => char.IsAsciiDigit(c) || c == '.';

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c == '_';

    // The key of a metric, param or tag may be written without quotes when it has none of the grammar's own characters.
    private static bool IsKeyPart(char c) => IsWordPart(c) || c is '.' or '-' or '/' or ':';

    private Token QuotedOrWord(int position, char quote)
    {
        var content = Quoted(position, quote);
        if (_at >= text.Length || text[_at] != '.' || quote == '\'')
            return new Token(TokenKind.Quoted, content, position, Quote: quote);

        // `metrics`.`auc`
        return new Token(TokenKind.Word, Key(), position, content);
    }

    private Token Word(int position)
    {
        var start = _at;
        while (_at < text.Length && IsWordPart(text[_at]))
            _at++;
        var word = text[start.._at];
        return _at < text.Length && text[_at] == '.'
            ? new Token(TokenKind.Word, Key(), position, word)
            : new Token(TokenKind.Word, word, position);
    }

    /// <summary>What stands after the dot at the current place.</summary>
    private string Key()
    {
        var dot = ++_at;
        if (_at < text.Length && text[_at] is '`' or '"')
            return Quoted(_at + 1, text[_at]);

        var start = _at;
        while (_at < text.Length && IsKeyPart(text[_at]))
            _at++;
        // trace.tag.`a b`
        if (_at > start && _at < text.Length && text[_at] == '`' && text[_at - 1] == '.')
            return text[start.._at] + Quoted(_at + 1, '`');
        return _at > start
            ? text[start.._at]
            : throw FilterTokens.Refusal(text, dot, "a key is missing after the dot; quote one with other characters: tags.`a b`");
    }

    private string Quoted(int position, char quote)
    {
        var end = text.IndexOf(quote, _at + 1);
        if (end < 0)
            throw FilterTokens.Refusal(text, position, $"the quote {quote} is not closed");
        var content = text[(_at + 1)..end];
        _at = end + 1;
        return content;
    }

    private Token NumberToken(int position)
    {
        var start = _at++;
        while (_at < text.Length
            && (IsKeyPart(text[_at]) || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }

        var digits = text[start.._at];
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? new Token(TokenKind.Number, digits, position, Number: number)
            : throw FilterTokens.Refusal(text, position, $"'{digits}' is not a number");
    }
}
