using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class TraceMetricsContract(TrackingServer server)
{
    private const string Traces = "/api/3.0/mlflow/traces";
    private int _traces;

    [Fact]
    public async Task Latencies_are_aggregated_by_name_and_stretch_of_time()
    {
        var experiment = await server.CreateExperimentAsync("latencies");
        foreach (var (name, second, duration) in new[] { ("chat", 1, "0.1s"), ("chat", 2, "0.2s"), ("chat", 59, "0.4s"), ("chat", 61, "1s"), ("other", 5, "2s") })
            await StartAsync(experiment, name, second, duration);

        var points = await PointsAsync($$"""
            {"experiment_ids": ["{{experiment}}"], "view_type": "TRACES", "metric_name": "latency", "dimensions": ["trace_name"],
             "aggregations": [{"aggregation_type": "AVG"}, {"aggregation_type": 4, "percentile_value": 75}],
             "time_interval_seconds": 60, "start_time_ms": 0, "end_time_ms": 100000}
            """);

        Assert.Equal(
            [
                "1970-01-01T00:00:00+00:00 chat 233.3 300.0",
                "1970-01-01T00:00:00+00:00 other 2000.0 2000.0",
                "1970-01-01T00:01:00+00:00 chat 1000.0 1000.0",
            ],
            points.Select(point => string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{point!["dimensions"]!["time_bucket"]} {point["dimensions"]!["trace_name"]} {(double)point["values"]!["AVG"]!:0.0} {(double)point["values"]!["P75.0"]!:0.0}")));
    }

    [Fact]
    public async Task Traces_are_counted_by_state_tag_and_metadata()
    {
        var experiment = await server.CreateExperimentAsync("counts");
        await StartAsync(experiment, "a", 1, "1s", tags: """, "team": "blue" """);
        await StartAsync(experiment, "b", 2, "1s", state: "ERROR", tags: """, "team": "blue" """);
        await StartAsync(experiment, "c", 3, "1s", metadata: """ "my key": "x" """);

        Assert.Equal(["ERROR 1", "OK 2"], await CountsAsync(experiment, "\"dimensions\": [\"trace_status\"]", "trace_status"));
        Assert.Equal(["OK 1"], await CountsAsync(experiment, """ "dimensions": ["trace_status"], "filters": ["trace.tag.team = 'blue'", "trace.status = 'OK'"] """, "trace_status"));
        Assert.Equal(["c 1"], await CountsAsync(experiment, """ "dimensions": ["trace_name"], "filters": ["trace.metadata.`my key` = 'x'"] """, "trace_name"));
    }

    [Fact]
    public async Task Tokens_are_summed_and_traces_without_any_are_left_out()
    {
        var experiment = await server.CreateExperimentAsync("tokens");
        await StartAsync(experiment, "a", 1, "1s", metadata: """ "mlflow.trace.tokenUsage": "{\"input_tokens\": 10, \"output_tokens\": 5, \"total_tokens\": 15}" """);
        await StartAsync(experiment, "b", 1, "1s", metadata: """ "mlflow.trace.tokenUsage": "{\"input_tokens\": 30}" """);
        await StartAsync(experiment, "c", 1, "1s", metadata: """ "mlflow.trace.tokenUsage": "nonsense" """);

        var point = Assert.Single(await PointsAsync($$"""
            {"experiment_ids": ["{{experiment}}"], "view_type": 1, "metric_name": "input_tokens", "aggregations": [{"aggregation_type": "SUM"}, {"aggregation_type": "AVG"}]}
            """));

        Assert.Equal("""{"SUM":40,"AVG":20}""", point!["values"]!.ToJsonString());
    }

    [Fact]
    public async Task Spans_tell_costs_by_model()
    {
        var experiment = await server.CreateExperimentAsync("costs");
        await SendSpansAsync(experiment, "c".PadLeft(32, 'c'));

        var costs = Assert.Single(await PointsAsync($$"""
            {"experiment_ids": ["{{experiment}}"], "view_type": "SPANS", "metric_name": "total_cost", "dimensions": ["span_model_name"], "aggregations": [{"aggregation_type": "SUM"}]}
            """));
        var kinds = await PointsAsync($$"""
            {"experiment_ids": ["{{experiment}}"], "view_type": "SPANS", "metric_name": "span_count", "dimensions": ["span_type"], "aggregations": [{"aggregation_type": "COUNT"}],
             "filters": ["span.name = 'child'"]}
            """);

        Assert.Equal("""{"metric_name":"total_cost","dimensions":{"span_model_name":"m-1"},"values":{"SUM":0.75}}""", costs!.ToJsonString());
        Assert.Equal("""{"span_type":"LLM"}""", Assert.Single(kinds)!["dimensions"]!.ToJsonString());
    }

    [Fact]
    public async Task Judgements_count_as_numbers()
    {
        var experiment = await server.CreateExperimentAsync("judgements");
        var id = await StartAsync(experiment, "a", 1, "1s");
        foreach (var value in new[] { "true", "false", "\"yes\"", "3", "\"text\"" })
        {
            await server.PostAsync(
                $"{Traces}/{id}/assessments",
                new JsonObject { ["assessment"] = JsonNode.Parse($$$"""{"assessment_name": "good", "source": {"source_type": "HUMAN", "source_id": "eva"}, "feedback": {"value": {{{value}}}}}""") });
        }

        var values = Assert.Single(await PointsAsync($$"""
            {"experiment_ids": ["{{experiment}}"], "view_type": "ASSESSMENTS", "metric_name": "assessment_value", "dimensions": ["assessment_name"], "aggregations": [{"aggregation_type": "AVG"}],
             "filters": ["assessment.type = 'feedback'"]}
            """));

        Assert.Equal("""{"AVG":1.25}""", values!["values"]!.ToJsonString());
    }

    [Fact]
    public async Task Points_come_page_by_page()
    {
        var experiment = await server.CreateExperimentAsync("pages");
        foreach (var name in new[] { "a", "b", "c" })
            await StartAsync(experiment, name, 1, "1s");
        var query = $$"""{"experiment_ids": ["{{experiment}}"], "view_type": 1, "metric_name": "trace_count", "dimensions": ["trace_name"], "aggregations": [{"aggregation_type": 1}], "max_results": 2}""";

        var first = await server.PostAsync(Traces + "/metrics", JsonNode.Parse(query)!.AsObject());
        var next = JsonNode.Parse(query)!.AsObject();
        next["page_token"] = (string)first["next_page_token"]!;
        var second = await server.PostAsync(Traces + "/metrics", next);

        Assert.Equal(2, first["data_points"]!.AsArray().Count);
        Assert.Equal("c", (string)Assert.Single(second["data_points"]!.AsArray())!["dimensions"]!["trace_name"]!);
        Assert.Null(second["next_page_token"]);
    }

    [Theory]
    [InlineData("{}", "experiment_ids")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "speed", "aggregations": [{"aggregation_type": "AVG"}]}""", "Known: cache_creation_input_tokens")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "SUM"}]}""", "Known: AVG, PERCENTILE")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "PERCENTILE"}]}""", "percentile_value")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 101}]}""", "from 0 to 100, not 101")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "dimensions": ["span_name"]}""", "no dimension 'span_name'")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "filters": ["span.name = 'x'"]}""", "view SPANS")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "filters": ["trace.speed = 'x'"]}""", "Known: trace.status")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "filters": ["trace.status != 'x'"]}""", "can be compared with =")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "time_interval_seconds": 60}""", "start_time_ms and end_time_ms")]
    [InlineData("""{"experiment_ids": ["0"], "view_type": "TRACES", "metric_name": "latency", "aggregations": [{"aggregation_type": "AVG"}], "time_interval_seconds": -1}""", "time_interval_seconds is -1")]
    public async Task What_cannot_be_asked_is_refused(string body, string message)
    {
        var (status, refusal) = await server.SendTextAsync(HttpMethod.Post, Traces + "/metrics", body);

        Assert.Equal(400, status);
        Assert.Contains(message, (string)refusal["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_filters_correlate_as_their_traces_coincide()
    {
        var experiment = await server.CreateExperimentAsync("correlated");
        for (var i = 0; i < 10; i++)
        {
            await StartAsync(
                experiment, "t", i, "1s", state: i < 3 ? "ERROR" : "OK",
                tags: (i < 4 ? """, "slow": "1" """ : "") + (i > 6 ? """, "late": "1" """ : ""));
        }

        var together = await CorrelateAsync(experiment, "status = 'ERROR'", "tag.slow = '1'");
        var apart = await CorrelateAsync(experiment, "status = 'ERROR'", "tag.late = '1'");
        var nothing = await CorrelateAsync(experiment, "status = 'ERROR'", "tag.none = '1'");
        var within = await CorrelateAsync(experiment, "status = 'ERROR'", "tag.slow = '1'", "timestamp_ms < 4000");

        // ln(0.3 / (0.3 * 0.4)) / -ln(0.3); smoothed, 3.5 of 12, 4 and 5.
        Assert.Equal((3, 4, 3, 10), Counts(together));
        Assert.Equal(0.7610560, (double)together["npmi"]!, 6);
        Assert.Equal(Math.Log(3.5 * 12 / (4 * 5)) / -Math.Log(3.5 / 12), (double)together["npmi_smoothed"]!, 9);
        Assert.Equal(-1, (double)apart["npmi"]!);
        Assert.InRange((double)apart["npmi_smoothed"]!, -0.9, -0.1);
        Assert.Equal("NaN", (string)nothing["npmi"]!);
        Assert.Equal((3, 4, 3, 4), Counts(within));
        Assert.Equal(400, (await server.SendTextAsync(HttpMethod.Post, Traces + "/calculate-filter-correlation", """{"experiment_ids": ["0"], "filter_string1": "x", "filter_string2": "status = 'OK'"}""")).Status);
    }

    [Fact]
    public async Task The_spans_of_a_trace_are_a_file_with_attributes_as_MLflow_keeps_them()
    {
        var experiment = await server.CreateExperimentAsync("files");
        var hex = "d".PadLeft(32, 'd');
        await SendSpansAsync(experiment, hex);

        using var sent = await server.Client.GetAsync(
            $"/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-{hex}", TestContext.Current.CancellationToken);
        var file = JsonNode.Parse(await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;

        var child = file["spans"]!.AsArray().Single(span => (string)span!["name"]! == "child")!;
        Assert.Equal(
            [
                $"mlflow.traceRequestId=\"tr-{hex}\"",
                """mlflow.spanType="\"LLM\"" """.TrimEnd(),
                """mlflow.llm.model="\"m-1\"" """.TrimEnd(),
                """mlflow.llm.cost="{\"input_cost\": 0.5, \"total_cost\": 0.75}" """.TrimEnd(),
                "n=7",
                """fruit="ä\t\"pple\"" """.TrimEnd(),
                """nested={"a": [1.0, 1e-07, true, -3]}""",
            ],
            child["attributes"]!.AsObject().Select(attribute => $"{attribute.Key}={attribute.Value}"));
        Assert.Equal("attachment; filename=traces.json", sent.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("STATUS_CODE_UNSET", (string)child["status"]!["code"]!);
        Assert.Equal(404, (await server.SendTextAsync(HttpMethod.Get, "/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-none", null)).Status);
        Assert.Equal(400, (await server.SendTextAsync(HttpMethod.Get, "/ajax-api/2.0/mlflow/get-trace-artifact", null)).Status);
        Assert.Equal(404, (await server.SendTextAsync(HttpMethod.Get, $"/ajax-api/2.0/mlflow/get-trace-artifact?request_id=tr-{hex}&path=none.png", null)).Status);
    }

    private static (int First, int Second, int Joint, int Total) Counts(JsonObject answer) =>
        ((int)answer["filter1_count"]!, (int)answer["filter2_count"]!, (int)answer["joint_count"]!, (int)answer["total_count"]!);

    private Task<JsonObject> CorrelateAsync(string experiment, string first, string second, string? universe = null) => server.PostAsync(
        Traces + "/calculate-filter-correlation",
        new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experiment),
            ["filter_string1"] = first,
            ["filter_string2"] = second,
            ["base_filter"] = universe,
        });

    private async Task<IEnumerable<string>> CountsAsync(string experiment, string rest, string dimension) =>
        (await PointsAsync($$"""{"experiment_ids": ["{{experiment}}"], "view_type": 1, "metric_name": "trace_count", "aggregations": [{"aggregation_type": "COUNT"}], {{rest}}}"""))
            .Select(point => $"{point!["dimensions"]![dimension]} {point["values"]!["COUNT"]}");

    private async Task<JsonArray> PointsAsync(string query) =>
        (await server.PostAsync(Traces + "/metrics", JsonNode.Parse(query)!.AsObject()))["data_points"]!.AsArray();

    private async Task<string> StartAsync(
        string experiment, string name, int second, string duration, string state = "OK", string tags = "", string metadata = "")
    {
        var id = $"tr-metric-{experiment}-{_traces++}";
        var body =
            $$"""
            {"trace": {"trace_info": {"trace_id": "{{id}}", "trace_location": {"mlflow_experiment": {"experiment_id": "{{experiment}}"} },
             "request_time": "{{DateTimeOffset.UnixEpoch.AddSeconds(second):yyyy-MM-ddTHH:mm:ssZ}}", "execution_duration": "{{duration}}", "state": "{{state}}",
             "tags": {"mlflow.traceName": "{{name}}"{{tags}}}, "trace_metadata": { {{metadata}} } } } }
            """;
        await server.PostAsync(Traces, JsonNode.Parse(body)!.AsObject());
        return id;
    }

    private async Task SendSpansAsync(string experiment, string traceId)
    {
        var body =
            $$"""
            {"resourceSpans": [{"scopeSpans": [{"spans": [
              {"traceId": "{{traceId}}", "spanId": "0000000000000001", "name": "root", "startTimeUnixNano": "1000000000", "endTimeUnixNano": "3500000000", "status": {"code": 1} },
              {"traceId": "{{traceId}}", "spanId": "0000000000000002", "parentSpanId": "0000000000000001", "name": "child",
               "startTimeUnixNano": "1500000000", "endTimeUnixNano": "2000000000", "attributes": [
                 {"key": "mlflow.spanType", "value": {"stringValue": "\"LLM\""} },
                 {"key": "mlflow.llm.model", "value": {"stringValue": "\"m-1\""} },
                 {"key": "mlflow.llm.cost", "value": {"stringValue": "{\"input_cost\": 0.5, \"total_cost\": 0.75}"} },
                 {"key": "n", "value": {"intValue": "7"} },
                 {"key": "fruit", "value": {"stringValue": "ä\t\"pple\""} },
                 {"key": "nested", "value": {"kvlistValue": {"values": [
                   {"key": "a", "value": {"arrayValue": {"values": [{"doubleValue": 1}, {"doubleValue": 1e-7}, {"boolValue": true}, {"intValue": "-3"}]} } }]} } }]}
            ]}]}]}
            """;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("x-mlflow-experiment-id", experiment);
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
    }
}

public sealed class TraceMetricsOnSqlite(TrackingServer server) : TraceMetricsContract(server), IClassFixture<TrackingServer>;

public sealed class TraceMetricsOnPostgres(TrackingServerOnPostgres server)
    : TraceMetricsContract(server), IClassFixture<TrackingServerOnPostgres>;
