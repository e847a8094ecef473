using Slipway.Cli.CommandLine;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1_048_576)]
    [InlineData("7B", 7)]
    [InlineData("500MB", 500_000_000)]
    [InlineData("500 mb", 500_000_000)]
    [InlineData("10GiB", 10_737_418_240)]
    [InlineData("2K", 2_000)]
    [InlineData("8TiB", 8_796_093_022_208)]
    public void Sizes_are_read_as_people_write_them(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse("--keep-size", text));

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("1.5GB")]
    [InlineData("5PB")]
    [InlineData("5iB")]
    [InlineData("999999999TiB")]
    public void What_is_no_size_is_refused_with_the_option(string text) =>
        Assert.StartsWith("--keep-size: ", Assert.Throws<SlipwayException>(() => ByteSize.Parse("--keep-size", text)).Message, StringComparison.Ordinal);
}
