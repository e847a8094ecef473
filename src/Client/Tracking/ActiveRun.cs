using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>
/// A run that goes on: metrics, params and tags are buffered and sent in the background; disposal sends the rest and ends the
/// run as finished, or as failed after <see cref="FailAsync"/>. Thread-safe.
/// </summary>
public sealed class ActiveRun : IAsyncDisposable
{
    private readonly SlipwayClient _client;
    private readonly LogBuffer _buffer;
    private readonly TimeProvider _time;
    private readonly bool _ends;
    private readonly TimeSpan _giveUpAfter;
    private RunStatus _end = RunStatus.Finished;
    private int _disposed;

    internal ActiveRun(SlipwayClient client, RunInfo info, RunOptions options, TimeProvider time, bool ends)
    {
        _client = client;
        _time = time;
        _ends = ends;
        _giveUpAfter = options.GiveUpAfter;
        Info = info;
        _buffer = new LogBuffer(client, info.Id, options, time);
        Artifacts = new RunArtifacts(client, info, options, time);
        Models = new RunModels(client, info, options, time);
    }

    /// <summary>The run as it was when it began, or was resumed.</summary>
    public RunInfo Info { get; }

    /// <summary>32 hexadecimal digits.</summary>
    public string Id => Info.Id;

    /// <summary>The run's files.</summary>
    public RunArtifacts Artifacts { get; }

    /// <summary>The models that the run makes.</summary>
    public RunModels Models { get; }

    /// <summary>Logs a point of a metric, measured now.</summary>
    public ValueTask LogMetricAsync(string key, double value, long step = 0, CancellationToken ct = default) =>
        LogMetricAsync(new MetricValue(key, value, step, _time.GetUtcNow()), ct);

    /// <summary>Logs a point of a metric.</summary>
    public ValueTask LogMetricAsync(MetricValue point, CancellationToken ct = default)
    {
        var json = new JsonObject
        {
            ["key"] = point.Key,
            ["value"] = double.IsFinite(point.Value) ? point.Value : point.Value.ToString(CultureInfo.InvariantCulture),
            ["timestamp"] = point.Time.ToUnixTimeMilliseconds(),
            ["step"] = point.Step,
        };
        return AddAsync(LogEntryKind.Metric, point.Key, 40, json, ct);
    }

    /// <summary>Logs a param; a param has one value for ever.</summary>
    /// <param name="value">Written in the invariant culture.</param>
    public ValueTask LogParamAsync(string key, object? value, CancellationToken ct = default)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return AddAsync(LogEntryKind.Param, key, text.Length, new JsonObject { ["key"] = key, ["value"] = text }, ct);
    }

    /// <summary>Sets a tag; the last value counts.</summary>
    public ValueTask SetTagAsync(string key, string value, CancellationToken ct = default) =>
        AddAsync(LogEntryKind.Tag, key, value.Length, new JsonObject { ["key"] = key, ["value"] = value }, ct);

    /// <summary>Notes which data the run read.</summary>
    public Task LogInputAsync(DatasetInput input, CancellationToken ct = default)
    {
        var tags = new JsonArray();
        if (input.Context is { } context)
            tags.Add(new JsonObject { ["key"] = "mlflow.data.context", ["value"] = context });
        var dataset = new JsonObject
        {
            ["name"] = input.Name,
            ["digest"] = input.Digest,
            ["source_type"] = input.SourceType,
            ["source"] = input.Source,
        };
        if (input.Schema is { } schema)
            dataset["schema"] = schema;
        if (input.Profile is { } profile)
            dataset["profile"] = profile;
        return _client.PostAsync(
            "api/2.0/mlflow/runs/log-inputs",
            new JsonObject { ["run_id"] = Id, ["datasets"] = new JsonArray(new JsonObject { ["tags"] = tags, ["dataset"] = dataset }) },
            ct);
    }

    /// <summary>Returns when all that was logged before has arrived at the server.</summary>
    public Task FlushAsync(CancellationToken ct = default) => _buffer.FlushAsync(ct);

    /// <summary>Starts a run below this one, in the same experiment.</summary>
    public Task<ActiveRun> StartChildAsync(string? name = null, CancellationToken ct = default) =>
        _client.Runs.StartInAsync(
            Info.ExperimentId, new RunOptions { Name = name, ParentRunId = Id, ResumeFromEnvironment = false }, ct);

    /// <summary>The run will end as failed; the reason becomes the tag "error".</summary>
    public async ValueTask FailAsync(string reason, CancellationToken ct = default)
    {
        _end = RunStatus.Failed;
        await SetTagAsync("error", reason, ct);
    }

    /// <summary>Sends what is left and ends the run; throws <see cref="SlipwayApiException"/> when something could not be delivered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        try
        {
            await _buffer.DisposeAsync();
        }
        catch (SlipwayApiException)
        {
            // A run whose numbers are not all there did not end well; whoever disposes is told why.
            _end = RunStatus.Failed;
            try
            {
                await EndAsync();
            }
            catch (SlipwayApiException)
            {
                // The first failure tells more.
            }

            throw;
        }

        await EndAsync();
    }

    private ValueTask AddAsync(LogEntryKind kind, string key, int bytes, JsonObject json, CancellationToken ct) =>
        _buffer.AddAsync(new LogEntry(kind, json, Bytes: 60 + (4 * (key.Length + bytes))), ct);

    private async Task EndAsync()
    {
        if (_ends)
            await _client.Runs.EndAsync(Id, _end, _giveUpAfter);
    }
}
