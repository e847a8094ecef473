using System.Globalization;
using Slipway.Kernel;
using Slipway.Monitoring.Series;
using Xunit;

namespace Slipway.Unit.Monitoring;

public sealed class PrometheusPageTests
{
    // Lines of the format's own example.
    [Fact]
    public void Lines_are_series_with_labels_values_and_times()
    {
        var samples = PrometheusPage.Read(
            """
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027 1395066363000

            msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
            metric_without_timestamp_and_labels 12.47
            something_weird{problem="division by zero"} +Inf -3982045
            rpc_duration_seconds{ quantile = "0.01" , } 3102
            """).ToList();

        Assert.Equal([1027, 1.458255915e9, 12.47, double.PositiveInfinity, 3102], samples.Select(sample => sample.Value));
        Assert.Equal(("post", "200"), (samples[0].Labels["method"], samples[0].Labels["code"]));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1395066363000), samples[0].At);
        Assert.Equal(("C:\\DIR\\FILE.TXT", "Cannot find file:\n\"FILE.TXT\""), (samples[1].Labels["path"], samples[1].Labels["error"]));
        Assert.Equal(("rpc_duration_seconds", "0.01"), (samples[4].Name, samples[4].Labels["quantile"]));
    }

    [Theory]
    [InlineData("up 1\n<html>", "line 2: a line begins with the name of a metric: '<html>'")]
    [InlineData("up", "line 1: after the series comes its value")]
    [InlineData("up 1 2 3", "line 1: after the series comes its value")]
    [InlineData("up one", "line 1: 'one' is not a number")]
    [InlineData("up 1 soon", "line 1: 'soon' is not a time in milliseconds")]
    [InlineData("up{a=\"b} 1", "line 1: a quote is not closed")]
    [InlineData("up{a=b} 1", "line 1: a label's value stands in quotes")]
    [InlineData("up{a \"b\"} 1", "line 1: labels are written as")]
    [InlineData("up{a=\"b\" c=\"d\"} 1", "line 1: labels are written as")]
    [InlineData("up{", "line 1: labels are written as")]
    public void What_is_no_line_of_the_format_is_told(string page, string told) =>
        Assert.StartsWith(told, Assert.Throws<SlipwayException>(() => PrometheusPage.Read(page).ToList()).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_labels_and_values_come_back_as_they_were_written()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => "a\\\"\n,}{= #é"[random.Next(10)])]);
            var value = BitConverter.Int64BitsToDouble(random.NextInt64());
            var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

            var sample = Assert.Single(PrometheusPage.Read($"m{{a=\"x\",b=\"{escaped}\"}} {value.ToString("R", CultureInfo.InvariantCulture)}"));

            Assert.Equal((text, value), (sample.Labels["b"], sample.Value));
        }
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        const string Alphabet = "ab1{}=\"\\, \n#.eN+-";
        var random = new Random(2);
        for (var i = 0; i < 5000; i++)
        {
            var page = new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            try
            {
                Assert.All(PrometheusPage.Read(page), sample => Assert.NotEmpty(sample.Name));
            }
            catch (SlipwayException refusal)
            {
                Assert.StartsWith("line ", refusal.Message, StringComparison.Ordinal);
            }
        }
    }
}
