using Slipway.Statistics;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class RanksTests
{
    /// <remarks>scipy.stats.rankdata([3,1,4,1,5,9,2,6,5,3,5])</remarks>
    [Fact]
    public void Ties_share_the_mean_of_their_ranks() => Assert.Equal(
        [4.5, 1.5, 6.0, 1.5, 8.0, 11.0, 3.0, 10.0, 8.0, 4.5, 8.0],
        Ranks.Mid([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5]));

    [Fact]
    public void Nothing_has_no_ranks() => Assert.Empty(Ranks.Mid([]));
}
