using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Harness;

public sealed class TempFolderTests
{
    [Fact]
    public async Task A_folder_is_gone_with_everything_in_it_once_it_is_disposed()
    {
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("raw/week/flights.csv"), "AUS", TestContext.Current.CancellationToken);

        folder.Dispose();

        Assert.False(Directory.Exists(folder.Path));
    }
}
