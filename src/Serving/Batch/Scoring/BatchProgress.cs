using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Serving.Batch.Scoring;

/// <summary>What is done of a batch: on disk, so that another attempt goes on with the rest; in the log; in the run's metrics.</summary>
internal sealed class BatchProgress(
    StepContext step, IReadOnlyList<MiniBatch> batches, BatchScoreSettings settings, ITracking tracking, TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly string _folder = step.KeepProgress();
    private readonly Dictionary<int, MiniBatchResult> _done = [];
    private readonly Dictionary<string, string> _failures = [];
    private readonly Lock _gate = new();
    private long? _told;

    /// <summary>The mini-batches that are left, after what an earlier attempt has done.</summary>
    public async Task<IReadOnlyList<MiniBatch>> BeginAsync(CancellationToken ct)
    {
        foreach (var batch in batches.Where(batch => File.Exists(Journal(batch))))
            Count(batch, JsonSerializer.Deserialize(await File.ReadAllTextAsync(Journal(batch), ct), BatchJson.Default.MiniBatchResult)!);
        if (_done.Count > 0)
            await step.Log.WriteLineAsync($"Going on: {_done.Count} of {batches.Count} mini-batches were done before");
        Judge();
        return [.. batches.Where(batch => !_done.ContainsKey(batch.Index))];
    }

    public Func<int, string>? TargetOf(MiniBatch batch) => settings.AppendsRows ? place => Part(batch, place) : null;

    /// <summary>A mini-batch is done once this file is there; its answers were written before.</summary>
    public async Task KeepAsync(MiniBatch batch, MiniBatchResult result, CancellationToken ct)
    {
        var journal = Journal(batch);
        await File.WriteAllTextAsync(journal + ".part", JsonSerializer.Serialize(result, BatchJson.Default.MiniBatchResult), ct);
        File.Move(journal + ".part", journal, overwrite: true);
        lock (_gate)
        {
            Count(batch, result);
            if (_told is { } last && time.GetElapsedTime(last) < s_pause)
                return;
            _told = time.GetTimestamp();
        }

        await TellAsync(ct);
        Judge();
    }

    /// <summary>The files of answers, in the order of the input; refuses when too much has failed.</summary>
    public async Task<IReadOnlyList<string>> EndAsync(CancellationToken ct)
    {
        await TellAsync(ct);
        Judge();
        var files = batches.SelectMany(batch => batch.Files).Select(file => file.Name).Distinct().Count();
        if (_failures.Count == files)
            throw SlipwayException.Conflict($"None of {files} files could be scored. {_failures.Keys.First()}: {_failures.Values.First()}");
        return
        [
            .. batches.SelectMany(batch => batch.Files.Select((file, place) => (file, Part: Part(batch, place))))
                .Where(one => !_failures.ContainsKey(one.file.Name) && File.Exists(one.Part))
                .Select(one => one.Part),
        ];
    }

    private void Count(MiniBatch batch, MiniBatchResult result)
    {
        _done[batch.Index] = result;
        foreach (var (file, why) in result.Failures)
            _failures[file] = why;
    }

    private void Judge()
    {
        lock (_gate)
        {
            if (settings.ErrorThreshold >= 0 && _failures.Count > settings.ErrorThreshold)
            {
                throw SlipwayException.Conflict(
                    $"{_failures.Count} files failed; error_threshold allows {settings.ErrorThreshold}. {_failures.Keys.First()}: {_failures.Values.First()}");
            }
        }
    }

    private async Task TellAsync(CancellationToken ct)
    {
        MetricPoint[] points;
        string line;
        lock (_gate)
        {
            var (now, at) = (time.GetUtcNow(), _done.Count);
            var rows = _done.Values.Sum(result => result.Rows);
            var failed = _done.Count(one => one.Value.Failures.Count == batches[one.Key].Files.Count);
            line = string.Create(
                CultureInfo.InvariantCulture, $"{at} of {batches.Count} mini-batches done, {failed} failed, {rows} rows scored");
            points =
            [
                new("mini_batches_done", at - failed, at, now),
                new("mini_batches_failed", failed, at, now),
                new("items_failed", _failures.Count, at, now),
                new("rows_scored", rows, at, now),
            ];
        }

        await step.Log.WriteLineAsync(line);
        var none = new Dictionary<string, string>();
        await tracking.LogAsync(step.Caller, step.RunId, points, none, none, ct);
    }

    private string Journal(MiniBatch batch) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{batch.Index}.json"));

    private string Part(MiniBatch batch, int place) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{batch.Index}-{place}.parquet"));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MiniBatchResult))]
internal sealed partial class BatchJson : JsonSerializerContext;
