using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>Golden values of scipy 1.10.1: <code>scipy.stats.kstwo.sf(x, n)</code></summary>
public sealed class KolmogorovDistributionTests
{
    [Theory]
    [InlineData(5, 0.3, 0.664)]
    [InlineData(5, 0.06, 1)]
    [InlineData(10, 0.6, 0.0005681672000000003)]
    [InlineData(10, 0.96, 2.0971520000000185e-14)]
    [InlineData(20, 0.05, 0.9999999767980384)]
    [InlineData(20, 0.2, 0.352720173623415)]
    [InlineData(20, 0.45, 0.00032446411409554644)]
    [InlineData(100, 0.03, 0.9999692479033473)]
    [InlineData(100, 0.09, 0.3706320255863282)]
    [InlineData(100, 0.15, 0.019839242125643017)]
    [InlineData(100, 0.25, 5.408871776434847e-06)]
    [InlineData(141, 0.02, 0.9999999744561288)]
    [InlineData(141, 0.08, 0.31084170879264117)]
    [InlineData(200, 0.004, 1)]
    [InlineData(500, 0.02, 0.9859871786857471)]
    [InlineData(500, 0.05, 0.15866260223815365)]
    [InlineData(500, 0.08, 0.0031305058199356268)]
    [InlineData(5000, 0.005, 0.9995858441477996)]
    [InlineData(5000, 0.0125, 0.4120189794680995)]
    [InlineData(5000, 0.03, 0.00024159234422666817)]
    [InlineData(90000, 0.002, 0.8635478561514921)]
    [InlineData(90000, 0.006, 0.003055265751615658)]
    [InlineData(750000, 0.0009, 0.5776358294716658)]
    [InlineData(750000, 0.0012, 0.23011315009621924)]
    [InlineData(750000, 0.002, 0.004950881141610577)]
    [InlineData(1500000, 0.0012, 0.02657841366403746)]
    [InlineData(1500000, 0.002, 1.2272050604051577e-05)]
    public void The_upper_tail_agrees_with_scipy(double n, double x, double expected)
    {
        var actual = KolmogorovDistribution.UpperTail(n, x);

        Assert.Equal(1, actual / expected, 1e-9);
    }
}
