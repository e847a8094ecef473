using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Sweeps;

/// <summary>
/// A search for the best values of parameters: trials are jobs of their own, started as others end. All that it knows is in the
/// database, so that another worker goes on with it.
/// </summary>
internal sealed class SweepStep(Lazy<TrialJobs> jobs, TrialStore trials, TrialNews news, ITracking tracking, TimeProvider time) : IStepKind
{
    private static readonly Dictionary<string, string> s_none = [];

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(500);

    public string Name => "sweep";

    public IReadOnlyList<StepField> Fields => [];

    public int Revision => 1;

    /// <summary>It searches anew; its trials are taken from the cache.</summary>
    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var run = (StepRun)step;
        var settings = SweepSettings.Read(run.Settings, run.Step.Limits, SeedOf(run.RunId));
        var board = new SweepBoard(settings);
        var isTimeUp = false;
        while (true)
        {
            // Taken before the look, so that what ends during the look is not missed.
            var changed = news.Next;
            await LookAsync(run, settings, board, ct);
            foreach (var (trial, reason) in board.Judge())
                await EndAsync(run, trial, reason, ct);
            if (!isTimeUp && settings.Timeout is { } limit && time.GetUtcNow() - run.Run.StartedAt >= limit)
            {
                isTimeUp = true;
                run.Log.WriteLine($"The time is up: limits.timeout allows {limit.TotalSeconds:0} s.");
                await jobs.Value.EndAllAsync(run, "The sweep's time is up.", ct);
            }

            if (!isTimeUp && board.Next() is { } point)
                await StartAsync(run, settings, board.Trials.Count, point, ct);
            else if (board.Open == 0)
                break;
            else
                await Task.WhenAny(changed, Task.Delay(s_lookAgain, time, ct));
            ct.ThrowIfCancellationRequested();
        }

        await FinishAsync(run, settings, board, ct);
    }

    private static ulong SeedOf(string runId) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(runId)));

    private async Task LookAsync(StepRun run, SweepSettings settings, SweepBoard board, CancellationToken ct)
    {
        var ended = board.Take(await trials.ListAsync([run.RunId], ct));
        foreach (var trial in board.Trials.Where(trial => trial.Status == JobStatus.Running).Concat(ended))
        {
            var series = await tracking.SeriesAsync(run.Caller, trial.RunId, settings.Metric, ct);
            board.Take(trial, [.. series.Select(point => point.Value)]);
        }

        foreach (var trial in ended)
            await TellAsync(run, settings, board, trial, ct);
    }

    private async Task StartAsync(StepRun run, SweepSettings settings, int number, IReadOnlyList<double> point, CancellationToken ct)
    {
        var parameters = settings.Parameters(point);
        await jobs.Value.StartAsync(run, number, point, parameters, ct);
        run.Log.WriteLine($"Trial {number} started: {string.Join(", ", parameters.Select(pair => $"{pair.Key}={pair.Value}"))}");
    }

    private async Task EndAsync(StepRun run, TrialRow trial, string reason, CancellationToken ct)
    {
        var message = $"Ended early: {reason}";
        await jobs.Value.EndAsync(trial, message, ct);
        run.Log.WriteLine($"Trial {trial.Number} is ended early: {reason}");
    }

    private async Task TellAsync(StepRun run, SweepSettings settings, SweepBoard board, TrialRow trial, CancellationToken ct)
    {
        await jobs.Value.NoteParametersAsync(run.Caller, trial, ct);
        var value = board.ValueOf(trial);
        run.Log.WriteLine(
            $"Trial {trial.Number} {trial.Status}: {settings.Metric}={(value is null ? "never logged" : Tell(value.Value))}"
            + $"{(trial.Reused ? " (reused)" : "")}{(trial is { Status: JobStatus.Failed, Message: { } why } ? $": {why}" : "")}");
        if (value is not { } known)
            return;

        var point = new MetricPoint(settings.Metric, known, trial.Number, (trial.EndedAt ?? time.UtcNow()).ToTime());
        if (trial.Reused)
            await tracking.LogAsync(run.Caller, trial.JobId, [point with { Step = 0 }], s_none, s_none, ct);
        if (board.Best is { } best && best.Trial.Number == trial.Number)
            await tracking.LogAsync(run.Caller, run.RunId, [point], s_none, BestTags(best), ct);
    }

    private async Task FinishAsync(StepRun run, SweepSettings settings, SweepBoard board, CancellationToken ct)
    {
        if (board.Best is not { } best)
            throw SlipwayException.Conflict(await WhyNoneAsync(run, settings, board, ct));

        foreach (var (output, made) in JobsJson.ReadOutputs(best.Trial.Outputs))
        {
            if (made.Tree is { } tree)
                run.Keep(output, tree);
        }

        run.Made("chose", $"run:{best.Trial.RunId}");
        await tracking.LogAsync(run.Caller, run.RunId, [], s_none, BestTags(best), ct);
        run.Log.WriteLine(
            $"The best of {board.Trials.Count} trials is {best.Trial.JobName}: {settings.Metric}={Tell(best.Value)}, {best.Trial.Parameters}");
    }

    private async Task<string> WhyNoneAsync(StepRun run, SweepSettings settings, SweepBoard board, CancellationToken ct)
    {
        if (board.Trials.LastOrDefault(trial => trial.Status == JobStatus.Completed) is not { } well)
        {
            return board.Trials.FirstOrDefault(trial => trial.Status == JobStatus.Failed) is { } failed
                ? $"No trial of {board.Trials.Count} ended well. {failed.JobName}: {failed.Message}"
                : $"No trial of {board.Trials.Count} ended well before the sweep's time was up.";
        }

        var logged = (await tracking.FindRunAsync(run.Caller, well.RunId, ct))?.Metrics.Keys.Order(StringComparer.Ordinal).ToList() ?? [];
        return $"No trial logged the metric '{settings.Metric}', so none is the best.{Nearest.Hint(settings.Metric, logged)} "
            + $"{well.JobName} logged: {(logged.Count == 0 ? "none" : string.Join(", ", logged))}.";
    }

    private static Dictionary<string, string> BestTags((TrialRow Trial, double Value) best) => new()
    {
        ["best_child_run_id"] = best.Trial.JobName,
        ["best_child_mlflow_run_id"] = best.Trial.JobId,
        ["score"] = Tell(best.Value),
    };

    private static string Tell(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
