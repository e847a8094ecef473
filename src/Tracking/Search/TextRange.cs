using System.Text;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>The texts that a condition lets through, as a range of an index that sorts by code points; perhaps some more.</summary>
/// <param name="IsOne">The text itself; otherwise all that begin with it.</param>
internal readonly record struct TextRange(string From, bool IsOne)
{
    private static readonly char[] s_signs = ['%', '_'];

    /// <summary>Null: the condition is no such range, or all texts are in it.</summary>
    public static TextRange? Of(FilterOperators comparison, string text)
    {
        if (comparison == FilterOperators.Equal)
            return new TextRange(text, IsOne: true);
        if (comparison != FilterOperators.Like)
            return null;

        // A pattern without a sign that stands for others is the text itself.
        var end = text.IndexOfAny(s_signs);
        return end < 0 ? new TextRange(text, IsOne: true)
            : end == 0 ? null
            : new TextRange(text[..end], IsOne: false);
    }

    /// <summary>The least text behind all that begin with this one; null when there is none.</summary>
    public static string? Behind(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        while (runes.Count > 0 && runes[^1].Value == 0x10FFFF)
            runes.RemoveAt(runes.Count - 1);
        if (runes.Count == 0)
            return null;

        // Surrogates are no characters.
        var last = runes[^1].Value == 0xD7FF ? 0xE000 : runes[^1].Value + 1;
        return string.Concat(runes.SkipLast(1).Select(rune => rune.ToString())) + new Rune(last);
    }
}
