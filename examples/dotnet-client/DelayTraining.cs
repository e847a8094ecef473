using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Slipway.Client;

namespace Slipway.Examples.LogisticRegression;

/// <summary>What a training came to.</summary>
public sealed record Outcome(string RunId, double Accuracy, int Version);

/// <summary>Trains a logistic regression on a small table, logs how it goes, registers the model and moves the alias.</summary>
public static class DelayTraining
{
    private const int Epochs = 200;
    private const double LearningRate = 0.5;

    /// <summary>The last column is the label, 0 or 1; every fifth row tests.</summary>
    public static async Task<Outcome> RunAsync(SlipwayClient client, string csv, CancellationToken ct)
    {
        var (names, rows) = Read(await File.ReadAllLinesAsync(csv, ct));
        var training = rows.Where((_, i) => i % 5 != 0).ToArray();
        var test = rows.Where((_, i) => i % 5 == 0).ToArray();

        await using var run = await client.StartRunAsync("delays in C#", new RunOptions { Name = "logistic regression" }, ct);
        await run.LogParamAsync("epochs", Epochs, ct);
        await run.LogParamAsync("learning_rate", LearningRate, ct);
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(csv, ct)))[..16];
        await run.LogInputAsync(new DatasetInput("delays", digest, csv) { Context = "training" }, ct);

        var weights = new double[names.Length];
        for (var epoch = 0; epoch < Epochs; epoch++)
            await run.LogMetricAsync("loss", Step(weights, training), epoch, ct);
        var accuracy = test.Count(row => Probability(weights, row) >= 0.5 == (row[^1] > 0.5)) / (double)test.Length;
        await run.LogMetricAsync("accuracy", accuracy, ct: ct);

        var folder = Directory.CreateTempSubdirectory("delays-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "model.json"), JsonSerializer.Serialize(new { names, weights }), ct);
            var model = await run.Models.LogAsync(folder, "delays", "logistic-regression", ct: ct);
            var version = await run.Models.RegisterAsync(model, "delays-dotnet", "trained by the .NET example", ct);
            var reason = $"accuracy {accuracy.ToString("F3", CultureInfo.InvariantCulture)}";
            await client.Models.SetAliasAsync("delays-dotnet", "champion", version, reason, ct);
            return new Outcome(run.Id, accuracy, version);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Weight 0 is the intercept; there are as many weights as columns, since the label has none.
    private static double Probability(double[] weights, double[] row)
    {
        var sum = weights[0];
        for (var i = 1; i < weights.Length; i++)
            sum += weights[i] * row[i - 1];
        return 1 / (1 + Math.Exp(-sum));
    }

    /// <summary>One step down the gradient over all rows; the mean loss before it.</summary>
    private static double Step(double[] weights, double[][] rows)
    {
        var gradient = new double[weights.Length];
        var loss = 0.0;
        foreach (var row in rows)
        {
            var probability = Probability(weights, row);
            var label = row[^1];
            loss -= Math.Log(Math.Max(1e-12, label > 0.5 ? probability : 1 - probability));
            gradient[0] += probability - label;
            for (var i = 1; i < weights.Length; i++)
                gradient[i] += (probability - label) * row[i - 1];
        }

        for (var i = 0; i < weights.Length; i++)
            weights[i] -= LearningRate * gradient[i] / rows.Length;
        return loss / rows.Length;
    }

    private static (string[] Names, double[][] Rows) Read(string[] lines) => (
        lines[0].Split(','),
        [.. lines.Skip(1).Select(line => line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())]);
}
