using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>The tokens of one filter or order_by entry, one after the other.</summary>
internal sealed class FilterTokens
{
    private FilterLexer _lexer;

    public FilterTokens(string text)
    {
        Text = text;
        _lexer = new FilterLexer(text);
        Current = _lexer.Next();
    }

    public string Text { get; }

    public Token Current { get; private set; }

    public static SlipwayException Refusal(string filter, int position, string reason)
    {
        var shown = filter.Length <= 300 ? filter : filter[..300] + "…";
        return SlipwayException.Invalid($"Invalid clause(s) in filter string: {reason}, at position {position} of \"{shown}\".");
    }

    public void Advance() => Current = _lexer.Next();

    public SlipwayException Refusal(string reason) => Refusal(Current.Position, reason);

    public SlipwayException Refusal(int position, string reason) => Refusal(Text, position, reason);
}
