using System.Globalization;
using System.Threading.Channels;
using Slipway.Engines.XGBoost;
using Slipway.Jobs.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Training.Export;

namespace Slipway.Training.Steps;

/// <summary>Brings the scores of each round to the run and to the log while the next rounds are learned.</summary>
internal sealed class RoundLog(ITracking tracking, StepContext step, TimeProvider time)
{
    private static readonly Dictionary<string, string> s_none = [];

    private readonly Channel<(XgbRound Round, DateTimeOffset Time)> _rounds =
        Channel.CreateUnbounded<(XgbRound, DateTimeOffset)>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>On the thread that learns.</summary>
    public void Hear(XgbRound round) => _rounds.Writer.TryWrite((round, time.GetUtcNow()));

    public void End() => _rounds.Writer.TryComplete();

    /// <summary>Writes what was heard until learning ends; what has piled up meanwhile goes in one batch.</summary>
    public async Task KeepAsync(Task learning, CancellationToken ct)
    {
        // A learning that never began says nothing.
        _ = learning.ContinueWith(_ => End(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var points = new List<MetricPoint>();
        while (await _rounds.Reader.WaitToReadAsync(ct))
        {
            points.Clear();
            while (_rounds.Reader.TryRead(out var heard))
            {
                points.AddRange(heard.Round.Scores.Select(score =>
                    new MetricPoint($"{score.Set}_{score.Metric}", score.Value, heard.Round.Iteration, heard.Time)));
                await step.Log.WriteLineAsync(Line(heard.Round));
            }

            await tracking.LogAsync(step.Caller, step.RunId, points, s_none, s_none, ct);
        }
    }

    public async Task FinishAsync(XgbTraining learned, TrainedModel model, CancellationToken ct)
    {
        foreach (var (name, gain) in model.Gains.OrderByDescending(pair => pair.Value))
            await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"gain of {name}: {gain:0.#}"));
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Best round: {learned.BestIteration}. ONNX Runtime and XGBoost differ by {model.LargestDifference:0.0e+0} at most."));
        var now = time.GetUtcNow();
        List<MetricPoint> points =
        [
            new("best_iteration", learned.BestIteration, 0, now),
            new("onnx_difference", model.LargestDifference, 0, now),
        ];
        if (model.ValidAuc is { } auc)
            points.Add(new MetricPoint("valid_auc", auc, learned.BestIteration, now));
        await tracking.LogAsync(step.Caller, step.RunId, points, s_none, s_none, ct);
    }

    private static string Line(XgbRound round) => $"[{round.Iteration}] " + string.Join(
        "  ", round.Scores.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Set} {score.Metric} {score.Value:0.00000}")));
}
