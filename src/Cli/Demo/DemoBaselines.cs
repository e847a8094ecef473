using System.Globalization;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>
/// The two policies that the gated loop is measured against: the first model for ever, and every week's candidate put
/// into service without a question. Neither is registered or served; they are trained and evaluated as ordinary jobs.
/// </summary>
internal sealed class DemoBaselines(SlipwayClient client, DemoJobs jobs)
{
    /// <summary>Trains the candidate of a week's end. The policy's own job then takes the same step from the cache.</summary>
    public Task<Job> TrainAsync(int week, CancellationToken ct) => jobs.RunAsync(
        $"flights-candidate-{week:00}",
        "candidate.yml",
        new Dictionary<string, string> { ["train_to"] = Text(week - 1) },
        ct);

    /// <summary>Brier scores, on a week, of the first candidate and of the one trained at the end of the week before.</summary>
    public async Task<(double Frozen, double Ungated)> ScoreAsync(int week, CancellationToken ct)
    {
        var job = await jobs.RunAsync(
            $"flights-baselines-{week:00}",
            "baselines.yml",
            new Dictionary<string, string> { ["week"] = Text(week) },
            ct,
            new Dictionary<string, string>
            {
                ["frozen"] = await ModelAsync(DemoPlayer.FirstTraining, ct),
                ["ungated"] = await ModelAsync(week - 1, ct),
            });
        var frozen = await RunMetrics.ReadAsync(client, job, "frozen", ct);
        var ungated = await RunMetrics.ReadAsync(client, job, "ungated", ct);
        return (frozen["brier"], ungated["brier"]);
    }

    private async Task<string> ModelAsync(int week, CancellationToken ct) =>
        (await TrainAsync(week, ct)).Step("train").Outputs["model"].Tree!;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
