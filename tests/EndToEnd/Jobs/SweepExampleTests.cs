using Slipway.EndToEnd.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

public sealed class SweepExampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_example_finds_a_rate_and_its_trials_are_listed_the_best_first()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = new Uri(server.Url);

        var created = await SlipwayProgram.RunAsync(
            "job", "create", "-f", Repository.Path("examples/sweep/sweep.yml"), "-n", "tuned", "--stream", "--server", server.Url);

        Assert.True(created.ExitCode == 0, created.Output + created.Error);
        Assert.Contains("The best of 6 trials is tuned_", created.Error, StringComparison.Ordinal);
        var trials = (await SlipwayProgram.AskAsync(address, "job", "trials", "-n", "tuned", "-o", "json")).AsArray();
        Assert.Equal(6, trials.Count);
        var values = trials.Select(trial => trial!["value"]!.GetValue<double>()).ToList();
        Assert.Equal(values.Order(), values);
        Assert.InRange(values[0], 0.005, 0.02);
        var run = await SlipwayProgram.AskAsync(address, "job", "show", "-n", "tuned", "-o", "json");
        Assert.NotNull(run["steps"]![0]!["outputs"]!["model"]!["tree"]);
    }
}
