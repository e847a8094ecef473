using Slipway.EndToEnd.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

public sealed class AutomlExampleTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_examples_print_a_leaderboard_and_register_what_they_have_learned()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = new Uri(server.Url);

        var created = await SlipwayProgram.RunAsync(
            "job", "create", "-f", Repository.Path("examples/automl/automl.yml"), "-n", "late", "--stream", "--server", server.Url);
        var forecast = await SlipwayProgram.RunAsync(
            "job", "create", "-f", Repository.Path("examples/automl/forecast.yml"), "-n", "departures", "--stream", "--server", server.Url);

        Assert.True(created.ExitCode == 0, created.Output + created.Error);
        Assert.Contains("rank  trial  AUC_weighted", created.Error, StringComparison.Ordinal);
        Assert.True(forecast.ExitCode == 0, forecast.Output + forecast.Error);
        Assert.Contains("Forecasts 7 steps of 1.00:00:00, a season is 7", forecast.Error, StringComparison.Ordinal);
        var trials = (await SlipwayProgram.AskAsync(address, "job", "leaderboard", "-n", "late", "-o", "json")).AsArray();
        Assert.Equal(8, trials.Count);
        var values = trials.Select(trial => trial!["value"]!.GetValue<double>()).ToList();
        Assert.Equal(values.OrderDescending(), values);
        Assert.InRange(values[0], 0.65, 1);
        foreach (var name in new[] { "flights-automl", "departures-automl" })
        {
            var version = await SlipwayProgram.AskAsync(address, "model", "show", $"{name}:1", "-o", "json");
            Assert.Equal((name, 1, "mlflow"), ((string)version["model"]!, (int)version["version"]!, (string)version["flavor"]!));
            Assert.NotEmpty(version["signature"]!["inputs"]!.AsArray());
        }
    }

    [Fact]
    public async Task A_job_without_AutoML_has_no_leaderboard_and_a_wrong_metric_is_refused()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var definition = _folder.File("wrong.yml");
        await File.WriteAllTextAsync(
            definition, (await File.ReadAllTextAsync(Repository.Path("examples/automl/automl.yml"), Ct)).Replace("AUC_weighted", "r2_score", StringComparison.Ordinal), Ct);

        var refused = await SlipwayProgram.RunAsync("job", "create", "-f", definition, "--server", server.Url);
        var missing = await SlipwayProgram.RunAsync("job", "leaderboard", "-n", "nobody", "--server", server.Url);
        var nameless = await SlipwayProgram.RunAsync("job", "leaderboard", "--server", server.Url);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("'r2_score' does not measure classification", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Equal(2, nameless.ExitCode);
    }
}
