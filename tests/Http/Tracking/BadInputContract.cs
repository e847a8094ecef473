using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

/// <summary>What clients send by mistake or on purpose: always the error code of MLflow, never 500, nothing written.</summary>
public abstract class BadInputContract(TrackingServer server) : IAsyncLifetime
{
    private const string Invalid = "INVALID_PARAMETER_VALUE";
    private const string Absent = "RESOURCE_DOES_NOT_EXIST";

    private static int s_count;

    private string _run = "";
    private string _deletedRun = "";
    private string _experiment = "";

    public async ValueTask InitializeAsync()
    {
        _experiment = await server.CreateExperimentAsync($"bad input {s_count++}");
        _deletedRun = await server.CreateRunAsync(_experiment);
        _run = await server.CreateRunAsync(_experiment);
        await server.PostAsync("runs/delete", new JsonObject { ["run_id"] = _deletedRun });
    }

    [Theory]
    [InlineData("experiments/create", """{}""", "'name'")]
    [InlineData("experiments/create", """{"name": ""}""", "'name'")]
    [InlineData("experiments/create", """{"name": 123}""", "Invalid value 123 for parameter 'name'")]
    [InlineData("experiments/create", """{"name": "x", "tags": "5"}""", "Invalid value \"5\" for parameter 'tags'")]
    [InlineData("experiments/create", """{"name": "x", "artifact_location": "s3://b/a#b"}""", "fragment")]
    [InlineData("experiments/create", """{"name": "x", "tags": [{"key": "a;b", "value": "c"}]}""", "a;b")]
    [InlineData("experiments/create", "no json", "'name'")]
    [InlineData("experiments/create", "[]", "'name'")]
    [InlineData("experiments/create", """{"name": "a\u0000b"}""", "'name'")]
    [InlineData("experiments/create", """{"name": "\ud800"}""", "'name'")]
    [InlineData("experiments/update", """{"experiment_id": "x", "new_name": "y"}""", "experiment ID")]
    [InlineData("experiments/search", """{}""", "max_results")]
    [InlineData("experiments/search", """{"max_results": 50001}""", "max_results")]
    [InlineData("experiments/search", """{"max_results": 1, "order_by": ["names"]}""", "Did you mean 'name'?")]
    [InlineData("runs/create", """{}""", "'experiment_id'")]
    [InlineData("runs/create", """{"experiment_id": "1e3"}""", "experiment ID")]
    [InlineData("runs/create", """{"experiment_id": "0", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}""", "differ")]
    [InlineData("runs/search", """{"experiment_ids": ["abc"]}""", "experiment ID")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "max_results": 123456789}""", "Invalid value 123456789 for parameter 'max_results'")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "max_results": 0}""", "max_results")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "filter": "metrics.a >"}""", "position 12")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "order_by": ["metrics.a", "metrics.a"]}""", "twice")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "page_token": "eyJvZmZzZXQiOiAxfQ=="}""", "page token")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "page_token": "garbage"}""", "page token")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "run_view_type": "NOPE"}""", "one of ACTIVE_ONLY, ALL, DELETED_ONLY")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "run_view_type": 7}""", "'run_view_type'")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "run_view_type": "\ud800"}""", "'run_view_type'")]
    [InlineData("runs/search", """{"experiment_ids": ["0"], "max_results": "\ud800"}""", "'max_results'")]
    [InlineData("runs/update", """{"run_id": "RUN", "status": "DREAMING"}""", "Invalid value \"DREAMING\" for parameter 'status'")]
    [InlineData("runs/log-metric", """{"run_id": "RUN", "key": "a", "value": "x", "timestamp": 1}""", "'value'")]
    [InlineData("runs/log-metric", """{"run_id": "RUN", "key": "a", "value": 1, "timestamp": "foo"}""", "'timestamp'")]
    [InlineData("runs/log-metric", """{"run_id": "RUN", "key": "a", "value": 1, "timestamp": -1}""", "'timestamp'")]
    [InlineData("runs/log-metric", """{"run_id": "RUN", "key": "a", "value": 1}""", "'timestamp'")]
    [InlineData("runs/log-metric", """{"run_id": "RUN", "key": "../a", "value": 1, "timestamp": 1}""", "normal form")]
    [InlineData("runs/log-metric", """{"run_id": 31, "key": "a", "value": 1, "timestamp": 1}""", "Invalid value 31 for parameter 'run_id'")]
    [InlineData("runs/log-metric", """{"run_id": "DELETED", "key": "a", "value": 1, "timestamp": 1}""", "must be in the 'active' state")]
    [InlineData("runs/log-metric", """{"run_id": "a b", "key": "a", "value": 1, "timestamp": 1}""", "run ID")]
    [InlineData("runs/log-parameter", """{"run_id": "RUN", "key": "", "value": "x"}""", "'key'")]
    [InlineData("runs/log-parameter", """{"run_id": "RUN", "key": "p", "value": 5}""", "Invalid value 5 for parameter 'value'")]
    [InlineData("runs/set-tag", """{"run_id": "DELETED", "key": "a", "value": "b"}""", "must be in the 'active' state")]
    [InlineData("runs/log-batch", """{"metrics": []}""", "'run_id'")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "metrics": "foo"}""", "Invalid value \"foo\" for parameter 'metrics'")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "metrics": [{"key": "mae", "value": 2.5}]}""", "'metrics[0].timestamp'")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "params": [{"key": "a", "value": "1"}, {"key": "a", "value": "1"}]}""", "Duplicate parameter keys")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "metrics": [{"key": "../a", "value": 1, "timestamp": 1}]}""", "'metrics[0].name'")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "tags": [{"key": "a\nb", "value": "1"}]}""", "tags[0].key")]
    [InlineData("/ajax-api/2.0/mlflow/upload-artifact?run_uuid=RUN&path=.", "x", "Invalid path")]
    [InlineData("/ajax-api/2.0/mlflow/upload-artifact?run_uuid=DELETED&path=a", "x", "must be in the 'active' state")]
    [InlineData("runs/log-batch", """{"run_id": "DELETED", "tags": [{"key": "a", "value": "1"}]}""", "must be in the 'active' state")]
    [InlineData("runs/log-inputs", """{"run_id": "RUN", "datasets": [{"dataset": {"name": "a"}}]}""", "'datasets[0].dataset.digest'")]
    [InlineData("runs/outputs", """{"run_id": "RUN"}""", "'models'")]
    [InlineData("runs/log-model", """{"run_id": "RUN", "model_json": "{"}""", "JSON")]
    [InlineData("runs/log-model", """{"run_id": "RUN", "model_json": "{}"}""", "artifact_path")]
    [InlineData("traces/link-prompts", """{"trace_id": "tr-1"}""", "'prompt_versions'")]
    [InlineData("traces/link-prompts", """{"trace_id": "tr-1", "prompt_versions": [{"name": "a", "version": "x"}]}""", "'prompt_versions[0].version'")]
    [InlineData("traces/link-to-run", """{"run_id": "RUN", "trace_ids": ["a b"]}""", "trace ID")]
    [InlineData("logged-models", """{"experiment_id": "0", "name": "a/b"}""", "Model name")]
    [InlineData("logged-models/search", """{"experiment_ids": ["0"], "filter": "metrics.a > 'x'"}""", "number")]
    [InlineData("logged-models/search", """{"experiment_ids": ["0"], "order_by": [{"field_name": "nam"}]}""", "Did you mean 'name'?")]
    public async Task A_wrong_request_is_refused_with_400(string path, string body, string part)
    {
        var before = await RowsAsync();

        var (status, answer) = await server.SendTextAsync(HttpMethod.Post, Fill(path), Fill(body));

        Assert.Equal((400, Invalid), (status, (string?)answer["error_code"]));
        Assert.Contains(part, (string)answer["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await RowsAsync());
    }

    [Theory]
    [InlineData("GET", "experiments/get?experiment_id=999", null)]
    [InlineData("GET", "experiments/get?experiment_id=-1337", null)]
    [InlineData("GET", "experiments/get-by-name?experiment_name=none", null)]
    [InlineData("POST", "experiments/delete", """{"experiment_id": "999"}""")]
    [InlineData("POST", "experiments/restore", """{"experiment_id": "0"}""")]
    [InlineData("POST", "experiments/delete-experiment-tag", """{"experiment_id": "0", "key": "none"}""")]
    [InlineData("POST", "runs/create", """{"experiment_id": "999"}""")]
    [InlineData("GET", "runs/get?run_id=none", null)]
    [InlineData("GET", "metrics/get-history?run_id=none&metric_key=a", null)]
    [InlineData("POST", "runs/update", """{"run_id": "none", "status": "FINISHED"}""")]
    [InlineData("POST", "runs/log-batch", """{"run_id": "none", "tags": [{"key": "a", "value": "b"}]}""")]
    [InlineData("POST", "runs/delete-tag", """{"run_id": "RUN", "key": "none"}""")]
    [InlineData("GET", "artifacts/list?run_id=none", null)]
    [InlineData("POST", "traces/link-prompts", """{"trace_id": "tr-none", "prompt_versions": [{"name": "a", "version": "1"}]}""")]
    [InlineData("POST", "traces/link-to-run", """{"run_id": "none", "trace_ids": ["tr-1"]}""")]
    [InlineData("GET", "logged-models/m-none", null)]
    [InlineData("PATCH", "logged-models/m-none", """{"status": 2}""")]
    [InlineData("DELETE", "logged-models/m-none", """{}""")]
    [InlineData("GET", "/api/2.0/mlflow-artifacts/artifacts/none", null)]
    public async Task What_does_not_exist_is_answered_with_404(string method, string path, string? body)
    {
        var (status, answer) = await server.SendTextAsync(
            new HttpMethod(method), Fill(path), body is null ? null : Fill(body));

        Assert.Equal((404, Absent), (status, (string?)answer["error_code"]));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_also_when_the_experiment_is_deleted()
    {
        var id = await server.CreateExperimentAsync("taken");
        await server.PostAsync("experiments/delete", new JsonObject { ["experiment_id"] = id });

        var (status, answer) = await server.SendTextAsync(HttpMethod.Post, "experiments/create", """{"name": "taken"}""");
        var (renamed, refusal) = await server.SendTextAsync(
            HttpMethod.Post, "experiments/update", $$"""{"experiment_id": "{{id}}", "new_name": "x"}""");

        Assert.Equal((400, "RESOURCE_ALREADY_EXISTS"), (status, (string?)answer["error_code"]));
        Assert.Equal((409, "INVALID_STATE"), (renamed, (string?)refusal["error_code"]));
    }

    [Theory]
    [InlineData(1001, 0, 0)]
    [InlineData(0, 101, 0)]
    [InlineData(0, 0, 101)]
    [InlineData(990, 10, 1)]
    public async Task A_batch_over_its_limits_is_refused_whole(int metrics, int parameters, int tags)
    {
        var before = await RowsAsync();

        var (status, answer) = await server.SendAsync(HttpMethod.Post, "runs/log-batch", new JsonObject
        {
            ["run_id"] = _run,
            ["metrics"] = Many(metrics, i => new() { ["key"] = $"m{i}", ["value"] = i, ["timestamp"] = 1 }),
            ["params"] = Many(parameters, i => new() { ["key"] = $"p{i}", ["value"] = "x" }),
            ["tags"] = Many(tags, i => new() { ["key"] = $"t{i}", ["value"] = "x" }),
        });

        Assert.Equal((400, Invalid), (status, (string?)answer["error_code"]));
        Assert.Contains("at most", (string)answer["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await RowsAsync());
    }

    [Theory]
    [InlineData("runs/search", "metrics.a > 1")]
    [InlineData("experiments/search", "tags.a = '1'")]
    [InlineData("logged-models/search", "metrics.a > 1")]
    [InlineData("/api/3.0/mlflow/traces/search", "tags.a = '1'")]
    public async Task A_filter_may_have_fifty_conditions(string path, string condition)
    {
        JsonObject Search(int conditions) => new()
        {
            ["experiment_ids"] = new JsonArray(_experiment),
            ["locations"] = new JsonArray(new JsonObject { ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = _experiment } }),
            ["max_results"] = 10,
            ["filter"] = string.Join(" and ", Enumerable.Repeat(condition, conditions)),
        };

        var (most, _) = await server.SendAsync(HttpMethod.Post, path, Search(50));
        var (status, answer) = await server.SendAsync(HttpMethod.Post, path, Search(51));

        Assert.Equal((200, 400, Invalid), (most, status, (string?)answer["error_code"]));
        Assert.Contains("more than 50 conditions", (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_more_than_a_megabyte_is_refused()
    {
        var (status, answer) = await server.SendTextAsync(
            HttpMethod.Post, "runs/log-batch", $$"""{"run_id": "{{_run}}", "x": "{{new string('x', 1_000_000)}}"}""");

        Assert.Equal((400, Invalid), (status, (string?)answer["error_code"]));
        Assert.Contains("1000000 bytes", (string)answer["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused(string? type)
    {
        foreach (var path in new[] { "experiments/create", "runs/log-batch" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"name": "typed"}"""));
            content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);

            using var response = await server.Client.PostAsync(
                new Uri("/api/2.0/mlflow/" + path, UriKind.Relative), content, TestContext.Current.CancellationToken);

            Assert.Equal(400, (int)response.StatusCode);
            Assert.Contains(
                "Content-Type must be one of",
                await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Long_values_are_cut()
    {
        var run = await server.CreateRunAsync(_experiment);

        await server.PostAsync("runs/log-parameter", new JsonObject { ["run_id"] = run, ["key"] = "p", ["value"] = new string('x', 7000) });
        var found = (await server.GetAsync("runs/get?run_id=" + run))["run"]!;

        Assert.Equal(6000, ((string)found["data"]!["params"]![0]!["value"]!).Length);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static JsonArray Many(int count, Func<int, JsonObject> make) => [.. Enumerable.Range(0, count).Select(make)];

    private string Fill(string text) => text
        .Replace("RUN\"", _run + "\"", StringComparison.Ordinal)
        .Replace("DELETED", _deletedRun, StringComparison.Ordinal);

    private async Task<string> RowsAsync()
    {
        var run = await server.GetAsync("runs/get?run_id=" + _run);
        var experiments = await server.PostAsync("experiments/search", new JsonObject { ["max_results"] = 1000 });
        return run.ToJsonString() + experiments["experiments"]!.AsArray().Count;
    }
}

public sealed class BadInputOnSqlite(TrackingServer server) : BadInputContract(server), IClassFixture<TrackingServer>;

public sealed class BadInputOnPostgres(TrackingServerOnPostgres server) : BadInputContract(server), IClassFixture<TrackingServerOnPostgres>;
