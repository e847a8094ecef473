using Slipway.Cli.Verbs;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class SharesTests
{
    [Theory]
    [InlineData("blue=90 green=10")]
    [InlineData("blue=90,green=10")]
    [InlineData("  green=10   blue=90 ")]
    public void Percents_are_read_by_deployment(string text)
    {
        Assert.Equal([("blue", 90), ("green", 10)], Shares.Parse("--traffic", text).OrderBy(share => share.Key, StringComparer.Ordinal).Select(share => (share.Key, share.Value)));
    }

    [Theory]
    [InlineData("blue=100 blue=0", "--traffic: 'blue' is named twice.")]
    [InlineData("blue", "--traffic: 'blue' is not deployment=percent, such as blue=90.")]
    [InlineData("blue=half", "--traffic: 'blue=half' is not deployment=percent, such as blue=90.")]
    [InlineData("=5", "--traffic: '=5' is not deployment=percent, such as blue=90.")]
    public void What_is_no_share_is_told(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<SlipwayException>(() => Shares.Parse("--traffic", text)).Message);
    }
}
