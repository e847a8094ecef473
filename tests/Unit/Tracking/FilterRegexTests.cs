using Slipway.Tracking.Contracts.Filters;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class FilterRegexTests
{
    [Theory]
    [InlineData("^a.*z$")]
    [InlineData(@"^\w+-\d{2,4}\s?$")]
    [InlineData(@"[^\d\]x-z]+?")]
    [InlineData("(?i)(?:red|blue)")]
    [InlineData("")]
    public void What_both_databases_know_is_taken(string pattern) => Assert.Null(FilterRegex.Refusal(pattern));

    [Theory]
    [InlineData("(a", "Not enough")]
    [InlineData("*a", "uantifier")]
    [InlineData("^*", "nothing is there to repeat")]
    [InlineData("(+a)", "nothing is there to repeat")]
    [InlineData("(?=a)", "(?:")]
    [InlineData("(?<n>a)", "(?:")]
    [InlineData("a(?i)b", "(?:")]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData(@"\bword", @"\b")]
    [InlineData(@"\p{L}", @"\p")]
    [InlineData(@"[\D]", @"\D")]
    [InlineData("[[:alpha:]]", @"\[")]
    [InlineData("[]", "empty")]
    [InlineData("[a", "not closed")]
    [InlineData("a{x}", @"\{")]
    [InlineData("a{256}", "255")]
    [InlineData("{2}", @"\{")]
    [InlineData("a]", @"\]")]
    [InlineData("$+", "repeated")]
    [InlineData(@"a\", "backslash")]
    public void What_one_of_them_lacks_or_reads_otherwise_is_refused(string pattern, string told) =>
        Assert.Contains(told, FilterRegex.Refusal(pattern), StringComparison.Ordinal);
}
