using System.Text.RegularExpressions;
using System.Xml.Linq;
using Slipway.Monitoring.Reports;
using Slipway.Monitoring.Runs;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Monitoring;

public sealed partial class ReportPageTests
{
    private const string Evil = "</td><script>alert('x')</script>\"&";

    private static readonly DateTimeOffset s_start = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_users_name_is_text_on_the_page_and_never_markup()
    {
        var page = ReportPage.Render(Given(feature: Evil, category: Evil, message: Evil, segment: Evil));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Evil, page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_well_formed_and_names_nothing_outside_of_itself()
    {
        var page = ReportPage.Render(Given());

        Assert.DoesNotMatch(Outside, page);
        var body = XDocument.Parse(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)].Replace("<br>", "<br/>", StringComparison.Ordinal));
        Assert.Equal(["Trends", "Distributions", "Segments", "Figures"], body.Descendants("h2").Select(title => title.Value));
        Assert.All(body.Descendants("rect"), bar => Assert.True((double)bar.Attribute("width")! >= 0));
    }

    [Fact]
    public void A_run_that_found_no_rows_has_a_page_that_says_so()
    {
        var report = Given() with { Figures = [], Histograms = [], Compared = null };

        var page = ReportPage.Render(report with { Run = report.Run with { Status = "NoData", Message = "nothing was collected" } });

        Assert.Contains("no data", page, StringComparison.Ordinal);
        Assert.Contains("nothing was collected", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_thousand_categories_a_chart_shows_the_greatest_and_sums_the_rest()
    {
        var profile = FeatureProfile.OfCategories("city", Enumerable.Range(0, 1000).Select(i => KeyValuePair.Create($"city-{i}", 1000L - i)), nulls: 3);

        var histogram = Assert.Single(ReportHistograms.Of([new SignalHistogram("inputs", new BinnedPair(profile, [.. profile.Counts]))], null));
        var page = ReportPage.Render(Given() with { Histograms = [histogram] });

        Assert.Equal((52, 0.0, 500_503), (histogram.Bins.Count, histogram.Distance, histogram.Rows));
        Assert.Contains("37 more", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Windows_are_compared_bin_by_bin_only_over_the_same_bins()
    {
        var profile = FeatureProfile.OfNumbers("hour", [.. Enumerable.Range(0, 100).Select(i => (double)(i % 24))]);
        var other = FeatureProfile.OfNumbers("hour", [.. Enumerable.Range(0, 100).Select(i => (double)(i % 7))]);
        List<SignalHistogram> run = [new("inputs", new BinnedPair(profile, [.. profile.Counts]))];

        var same = Assert.Single(ReportHistograms.Of(run, run));
        var different = Assert.Single(ReportHistograms.Of(run, [new("inputs", new BinnedPair(other, [.. other.Counts]))]));

        Assert.Equal((0.0, 0.0), (same.BetweenWindows, same.ComparedDistance));
        Assert.All(same.Bins, bin => Assert.Equal(bin.Rows, bin.Compared));
        Assert.Equal((null, 0.0, 100L), (different.BetweenWindows, different.ComparedDistance, different.ComparedRows));
        Assert.All(different.Bins, bin => Assert.Null(bin.Compared));
    }

    [Fact]
    public void Bins_without_end_have_no_edge_there_and_infinite_edges_are_none()
    {
        var profile = FeatureProfile.Numeric("x", [double.NegativeInfinity, 1, 2.5], [0, 1, 2, 3], 4);

        var histogram = Assert.Single(ReportHistograms.Of([new SignalHistogram("inputs", new BinnedPair(profile, [0, 0, 0, 0, 0]))], null));

        Assert.Equal(["all", "< 1", "1 to 2.5", "≥ 2.5", "null"], histogram.Bins.Select(bin => bin.Name));
        Assert.Null(histogram.Distance);
    }

    [Theory]
    [InlineData("confidence", "0.2 to 0.4 (95 %)")]
    [InlineData("error", "0.2 to 0.4 (error bounds)")]
    public void The_ends_of_a_figure_say_what_they_are(string bounds, string text) =>
        Assert.Contains(text, ReportPage.Render(Given(bounds: bounds)), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "0")]
    [InlineData(0.123456, "0.1235")]
    [InlineData(1234567.0, "1,234,567")]
    [InlineData(0.0000123, "1.23e-5")]
    [InlineData(-12.3456, "-12.346")]
    public void A_figure_shows_the_digits_that_count(double? figure, string text) => Assert.Equal(text, FigureText.Of(figure));

    private static Report Given(string feature = "hour", string category = "A", string? message = null, string segment = "origin=A", string bounds = "confidence")
    {
        var run = new Report.OfRun(
            "run2", "flights", "flights", s_start.AddDays(7), s_start.AddDays(14), "Completed", message, "late", 1, 1000, 500, 1, s_start, s_start, "ann");
        Report.Point[] trend =
        [
            new(s_start, s_start.AddDays(7), 0.1, 0.05, 0.15, false), new(s_start.AddDays(7), s_start.AddDays(14), 0.3, 0.2, 0.4, true),
        ];
        var profile = FeatureProfile.Categorical(feature, [category, "B"], [5, 3], 2, 1);
        List<SignalHistogram> histograms = [new("inputs", new BinnedPair(profile, [1, 2, 3, 4]))];
        return new Report(
            run,
            run with { Id = "run1" },
            [
                new("inputs", feature, null, "population_stability_index", 0.3, null, 0.2, 0.4, bounds, 0.2, true, "crossed", 0.1, "ok", 0.2, trend),
                new("inputs", feature, segment, "population_stability_index", 0.1, null, null, null, null, 0.2, false, "ok", null, null, null, []),
            ],
            ReportHistograms.Of(histograms, histograms));
    }

    [GeneratedRegex(@"https?:|src=|href=|url\(|@import")]
    private static partial Regex Outside { get; }
}
