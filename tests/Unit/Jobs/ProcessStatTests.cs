using Slipway.Jobs.Compute.SystemMetrics;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class ProcessStatTests
{
    [Fact]
    public void A_process_is_read_whatever_its_name()
    {
        const string text = "42 (a) b (c) R 1 42 40 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 123456 9000000 321 18446744073709551615 1 1";

        Assert.Equal(new ProcessStat(Session: 40, Ticks: 12, Start: 123456, ResidentPages: 321), ProcessStat.Parse(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (a) R 1 2")]
    [InlineData("42 (a) R 1 42 x 0 -1 0 1 0 0 0 7 5 0 0 20 0 1 0 1 9 3 1")]
    public void A_text_that_is_no_process_is_none(string text) => Assert.Null(ProcessStat.Parse(text));

    [Fact]
    public void Bytes_of_the_disk_are_those_that_reached_it()
    {
        Assert.Equal((4096, 8192), ProcessStat.ParseIo("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 9\n"));
        Assert.Equal((0, 0), ProcessStat.ParseIo(""));
    }

    [Fact]
    public void The_loopback_is_not_the_network()
    {
        const string text =
            """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo: 1000 1 0 0 0 0 0 0 1000 1 0 0 0 0 0 0
              eth0: 500 2 0 0 0 0 0 0 70 3 0 0 0 0 0 0
              eth1:5 2 0 0 0 0 0 0 7 3 0 0 0 0 0 0
            """;

        Assert.Equal((505, 77), ProcessStat.ParseNetwork(text));
    }
}
