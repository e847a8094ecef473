using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>What the retraining policy decided at the end of a week.</summary>
/// <param name="Job">The training job that it submitted; null when it saw no reason.</param>
internal sealed record DemoDecision(bool Retrain, string Reason, string? Job);

/// <summary>Asks the declared policy (retraining.yml) at the end of each week.</summary>
internal static class DemoPolicy
{
    private const string Name = "flights";

    public static async Task<DemoDecision> DecideAsync(SlipwayClient client, int week, CancellationToken ct)
    {
        var inputs = new JsonObject();
        foreach (var (key, value) in TrainingInputs(week))
            inputs[key] = value;
        var decision = await client.PostAsync(
            $"api/v1/retraining/{Name}/evaluate",
            new JsonObject
            {
                ["from"] = DemoPlayer.Start(week),
                ["to"] = DemoPlayer.Start(week + 1),
                ["inputs"] = inputs,
            },
            ct);
        return new DemoDecision(
            decision!["retrain"]!.GetValue<bool>(), decision["reason"]!.ToString(), decision["job"]?.ToString());
    }

    /// <summary>Learn from all weeks before this one; this one, which no model has seen, is what the gate compares on.</summary>
    public static Dictionary<string, string> TrainingInputs(int week) => new()
    {
        ["train_to"] = (week - 1).ToString(CultureInfo.InvariantCulture),
        ["holdout"] = week.ToString(CultureInfo.InvariantCulture),
    };
}
