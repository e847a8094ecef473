namespace Slipway.Cli.Output.JmesPath;

internal enum JmesTokenKind
{
    End,
    Identifier,
    QuotedIdentifier,
    Literal,
    Number,
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Flatten,
    Star,
    Filter,
    Dot,
    Not,
    LeftBrace,
    LeftBracket,
    LeftParenthesis,
    RightBrace,
    RightBracket,
    RightParenthesis,
    Comma,
    Colon,
    Current,
    Reference,
}

/// <summary>A piece of an expression; of literals <paramref name="Text"/> is the JSON, of names the name itself.</summary>
internal readonly record struct JmesToken(JmesTokenKind Kind, string Text, int Position)
{
    /// <summary>How tightly it binds what stands to its left.</summary>
    public int Power => Kind switch
    {
        JmesTokenKind.Pipe => 1,
        JmesTokenKind.Or => 2,
        JmesTokenKind.And => 3,
        >= JmesTokenKind.Equal and <= JmesTokenKind.GreaterOrEqual => 5,
        JmesTokenKind.Flatten => 9,
        JmesTokenKind.Star => 20,
        JmesTokenKind.Filter => 21,
        JmesTokenKind.Dot => 40,
        JmesTokenKind.Not => 45,
        JmesTokenKind.LeftBrace => 50,
        JmesTokenKind.LeftBracket => 55,
        JmesTokenKind.LeftParenthesis => 60,
        _ => 0,
    };
}
