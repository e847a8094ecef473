using System.Runtime.CompilerServices;
using Xunit;

namespace Slipway.Shared;

/// <summary>
/// Snapshot tests: the expected text lies in the folder Golden beside the test; UPDATE_GOLDEN=1 rewrites it and git shows
/// the difference.
/// </summary>
public static class Golden
{
    public static async Task MatchAsync(string actual, string name, [CallerFilePath] string test = "")
    {
        var file = Path.Combine(Path.GetDirectoryName(test)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(file), $"No golden file {file}; run once with UPDATE_GOLDEN=1 and review it.");
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), actual);
    }
}
