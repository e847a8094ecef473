using Slipway.Kernel;
using Slipway.Monitoring.Notifications;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class MatcherTests
{
    private static readonly Dictionary<string, string> s_labels = new() { ["severity"] = "critical", ["monitor"] = "flights-eu" };

    [Theory]
    [InlineData("severity=critical", true)]
    [InlineData("severity = \"critical\"", true)]
    [InlineData("severity=warning", false)]
    [InlineData("severity!=warning", true)]
    [InlineData("monitor=~flights-.*", true)]
    [InlineData("monitor=~flights", false)]
    [InlineData("monitor=~\"trains|flights-eu\"", true)]
    [InlineData("monitor!~flights.*", false)]
    [InlineData("team=", true)]
    [InlineData("team!=ops", true)]
    [InlineData("team=ops", false)]
    public void A_label_is_compared_whole(string text, bool matches)
    {
        var matcher = Matcher.Parse(text);

        Assert.Equal(matches, matcher.Matches(s_labels));
        Assert.Equal(matches, Matcher.Parse(matcher.ToString()).Matches(s_labels));
    }

    [Theory]
    [InlineData("severity")]
    [InlineData("=critical")]
    [InlineData("se verity=x")]
    [InlineData("monitor=~(")]
    [InlineData("monitor=~(?=a)b")]
    public void What_is_no_matcher_is_refused(string text) =>
        Assert.Equal(ErrorCode.InvalidParameter, Assert.Throws<SlipwayException>(() => Matcher.Parse(text)).Code);

    [Fact]
    public void A_pattern_that_would_backtrack_for_ever_does_not() =>
        Assert.False(Matcher.Parse("monitor=~(a+)+b").Matches(new Dictionary<string, string> { ["monitor"] = new string('a', 5000) }));
}
