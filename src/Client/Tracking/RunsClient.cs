using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>Experiments and runs.</summary>
public sealed class RunsClient
{
    private const string Mlflow = "api/2.0/mlflow/";
    private const int PageSize = 1000, HistoryPageSize = 25_000;

    private readonly SlipwayClient _client;
    private readonly TimeProvider _time = TimeProvider.System;

    internal RunsClient(SlipwayClient client) => _client = client;

    /// <summary>Starts a run, or goes on with the one that the environment names; the experiment is made when it does not exist.</summary>
    public async Task<ActiveRun> StartAsync(string experiment, RunOptions? options = null, CancellationToken ct = default)
    {
        options ??= new RunOptions();
        if (options.ResumeFromEnvironment && RunOfEnvironment() is { } id)
            return new ActiveRun(_client, await GetAsync(id, ct), options, _time, ends: false);
        return await StartInAsync(await EnsureExperimentAsync(experiment, ct), options, ct);
    }

    /// <summary>Goes on with a run that was started before; its disposal ends it again.</summary>
    public async Task<ActiveRun> ResumeAsync(string runId, RunOptions? options = null, CancellationToken ct = default)
    {
        await _client.PostAsync(Mlflow + "runs/update", new JsonObject { ["run_id"] = runId, ["status"] = "RUNNING" }, ct);
        return new ActiveRun(_client, await GetAsync(runId, ct), options ?? new RunOptions(), _time, ends: true);
    }

    /// <summary>Does something as a run: finished when it returns, failed when it throws.</summary>
    public async Task<T> RunAsync<T>(
        string experiment, Func<ActiveRun, Task<T>> act, RunOptions? options = null, CancellationToken ct = default)
    {
        await using var run = await StartAsync(experiment, options, ct);
        try
        {
            return await act(run);
        }
        catch (Exception exception)
        {
            await run.FailAsync(exception.Message, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The run; <see cref="SlipwayApiException"/> when there is none.</summary>
    public async Task<RunInfo> GetAsync(string runId, CancellationToken ct = default) =>
        RunReading.Run((await _client.GetAsync(Mlflow + "runs/get?run_id=" + SlipwayClient.Escape(runId), ct))["run"]!);

    /// <summary>The runs of experiments, page by page as they are asked for; all experiments when none is named.</summary>
    /// <param name="filter">MLflow's grammar: "metrics.auc &gt; 0.7 and params.kind = 'linear'".</param>
    /// <param name="orderBy">Such as "metrics.auc DESC"; null: the newest first.</param>
    public async IAsyncEnumerable<RunInfo> SearchAsync(
        IReadOnlyList<string>? experiments = null,
        string? filter = null,
        string? orderBy = null,
        [EnumeratorCancellation] CancellationToken ct = default)
    {
        var ids = new List<string>();
        if (experiments is null)
        {
            await foreach (var experiment in ExperimentsAsync(ct: ct))
                ids.Add(experiment.Id);
        }
        else
        {
            foreach (var name in experiments)
            {
                var known = await FindExperimentAsync(name, ct)
                    ?? throw new SlipwayApiException(HttpStatusCode.NotFound, "NotFound", $"There is no experiment '{name}'.");
                ids.Add(known.Id);
            }
        }

        var query = new JsonObject { ["experiment_ids"] = RunReading.Texts(ids), ["max_results"] = PageSize };
        if (filter is not null)
            query["filter"] = filter;
        if (orderBy is not null)
            query["order_by"] = RunReading.Texts([orderBy]);
        await foreach (var run in PagesAsync("runs/search", query, "runs", ct))
            yield return RunReading.Run(run);
    }

    /// <summary>All points of a metric, the oldest first.</summary>
    public async IAsyncEnumerable<MetricValue> HistoryAsync(
        string runId, string metric, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string? token = null;
        do
        {
            var page = await _client.GetAsync(
                $"{Mlflow}metrics/get-history?run_id={SlipwayClient.Escape(runId)}&metric_key={SlipwayClient.Escape(metric)}"
                + $"&max_results={HistoryPageSize}{(token is null ? "" : "&page_token=" + SlipwayClient.Escape(token))}",
                ct);
            foreach (var point in page["metrics"] as JsonArray ?? [])
                yield return RunReading.Point(point!);
            token = (string?)page["next_page_token"];
        }
        while (!string.IsNullOrEmpty(token));
    }

    /// <summary>The experiments that are not deleted.</summary>
    public async IAsyncEnumerable<Experiment> ExperimentsAsync(string? filter = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var query = new JsonObject { ["max_results"] = PageSize };
        if (filter is not null)
            query["filter"] = filter;
        await foreach (var experiment in PagesAsync("experiments/search", query, "experiments", ct))
            yield return RunReading.Experiment(experiment);
    }

    /// <summary>The experiment of this name; null when there is none.</summary>
    public async Task<Experiment?> FindExperimentAsync(string name, CancellationToken ct = default) =>
        await _client.FindAsync<JsonObject>($"{Mlflow}experiments/get-by-name?experiment_name={SlipwayClient.Escape(name)}", ct) is { } answer
            ? RunReading.Experiment(answer["experiment"]!)
            : null;

    /// <summary>Marks a run deleted; it can be restored until it is purged.</summary>
    public Task DeleteAsync(string runId, CancellationToken ct = default) =>
        _client.PostAsync(Mlflow + "runs/delete", new JsonObject { ["run_id"] = runId }, ct);

    /// <summary>Takes back a deletion.</summary>
    public Task RestoreAsync(string runId, CancellationToken ct = default) =>
        _client.PostAsync(Mlflow + "runs/restore", new JsonObject { ["run_id"] = runId }, ct);

    internal async Task<ActiveRun> StartInAsync(string experimentId, RunOptions options, CancellationToken ct)
    {
        var tags = new JsonArray();
        foreach (var (key, value) in options.Tags)
            tags.Add(new JsonObject { ["key"] = key, ["value"] = value });
        if (options.ParentRunId is { } parent)
            tags.Add(new JsonObject { ["key"] = "mlflow.parentRunId", ["value"] = parent });
        tags.Add(new JsonObject { ["key"] = "mlflow.user", ["value"] = Environment.UserName });
        var body = new JsonObject
        {
            ["experiment_id"] = experimentId,
            ["start_time"] = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            ["tags"] = tags,
        };
        if (options.Name is { } name)
            body["run_name"] = name;
        var run = RunReading.Run((await _client.PostAsync(Mlflow + "runs/create", body, ct))!["run"]!);
        return new ActiveRun(_client, run, options, _time, ends: true);
    }

    internal Task EndAsync(string runId, RunStatus status, TimeSpan giveUpAfter) => new Patience(_time).RunAsync(
        token => _client.PostAsync(
            Mlflow + "runs/update",
            new JsonObject
            {
                ["run_id"] = runId,
                ["status"] = status.ToString().ToUpperInvariant(),
                ["end_time"] = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            },
            token),
        giveUpAfter,
        CancellationToken.None);

    private static string? RunOfEnvironment() =>
        Environment.GetEnvironmentVariable("MLFLOW_RUN_ID") is { Length: > 0 } id ? id
        : Environment.GetEnvironmentVariable("AZUREML_RUN_ID") is { Length: > 0 } other ? other : null;

    private async Task<string> EnsureExperimentAsync(string name, CancellationToken ct)
    {
        if (await FindExperimentAsync(name, ct) is { } known)
            return known.Id;
        try
        {
            return (string)(await _client.PostAsync(Mlflow + "experiments/create", new JsonObject { ["name"] = name }, ct))!["experiment_id"]!;
        }
        catch (SlipwayApiException refusal) when (refusal.Code == "RESOURCE_ALREADY_EXISTS")
        {
            // Somebody else was quicker.
            return (await FindExperimentAsync(name, ct))!.Id;
        }
    }

    private async IAsyncEnumerable<JsonNode> PagesAsync(
        string path, JsonObject query, string items, [EnumeratorCancellation] CancellationToken ct)
    {
        string? token;
        do
        {
            var page = (await _client.PostAsync(Mlflow + path, query, ct))!;
            foreach (var item in page[items] as JsonArray ?? [])
                yield return item!;
            token = (string?)page["next_page_token"];
            query["page_token"] = token;
        }
        while (!string.IsNullOrEmpty(token));
    }
}
