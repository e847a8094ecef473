using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Search;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class TextRangeTests
{
    [Theory]
    [InlineData(FilterOperators.Equal, "a%", "a%", true)]
    [InlineData(FilterOperators.Like, "plain", "plain", true)]
    [InlineData(FilterOperators.Like, @"a\b", @"a\b", true)]
    [InlineData(FilterOperators.Like, "team-1%", "team-1", false)]
    [InlineData(FilterOperators.Like, "te_m", "te", false)]
    public void A_text_and_a_beginning_are_ranges(FilterOperators comparison, string text, string from, bool isOne) =>
        Assert.Equal(new TextRange(from, isOne), TextRange.Of(comparison, text));

    [Theory]
    [InlineData(FilterOperators.Like, "%end")]
    [InlineData(FilterOperators.ILike, "a%")]
    [InlineData(FilterOperators.NotEqual, "a")]
    public void What_no_index_has_in_order_is_none(FilterOperators comparison, string text) =>
        Assert.Null(TextRange.Of(comparison, text));

    [Theory]
    [InlineData("team-1", "team-2")]
    [InlineData("a\uD7FF", "a\uE000")]
    [InlineData("a\U0010FFFF", "b")]
    [InlineData("\U0010FFFF", null)]
    [InlineData("", null)]
    public void The_end_of_a_range_is_the_next_text_of_the_same_length_or_shorter(string text, string? expected) =>
        Assert.Equal(expected, TextRange.Behind(text));

    [Fact]
    public void All_that_begin_with_a_text_lie_before_its_end_and_what_lies_between_begins_with_it() =>
        Prop.ForAll<NonEmptyString, string, string>((begin, rest, other) =>
        {
            var (from, longer, text) = (Valid(begin.Get), Valid(begin.Get + rest), Valid(other ?? ""));
            if (TextRange.Behind(from) is not { } end || !longer.StartsWith(from, StringComparison.Ordinal))
                return;
            Assert.True(Compare(longer, end) < 0);
            Assert.Equal(text.StartsWith(from, StringComparison.Ordinal), Compare(text, from) >= 0 && Compare(text, end) < 0);
        }).QuickCheckThrowOnFailure();

    // Databases keep no half surrogates.
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static int Compare(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
