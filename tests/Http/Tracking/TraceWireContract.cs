using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class TraceWireContract(TrackingServer server)
{
    private const string Traces = "/api/3.0/mlflow/traces";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Spans_make_a_trace_that_is_found_and_read()
    {
        var experiment = await server.CreateExperimentAsync("spans");
        var id = "tr-" + new string('a', 31) + "1";

        Assert.Equal(200, await SendJsonAsync(experiment, Spans("a".PadLeft(31, 'a') + "1", "chat", "hello world")));
        Assert.Equal(200, await SendJsonAsync(experiment, Spans("b".PadLeft(31, 'b') + "1", "other", "good bye")));
        var found = await SearchAsync(experiment, "trace.text LIKE '%world%' and span.name = 'child'");
        var whole = (await server.GetAsync($"{Traces}/batchGet?trace_ids={id}"))["traces"]![0]!;

        Assert.Equal([id], found.Select(info => (string)info!["trace_id"]!));
        Assert.Equal("OK", (string)found[0]!["state"]!);
        Assert.Equal("1970-01-01T00:00:01Z", (string)found[0]!["request_time"]!);
        Assert.Equal("2.500s", (string)found[0]!["execution_duration"]!);
        Assert.Equal("hello world", (string)found[0]!["request_preview"]!);
        Assert.Equal("TRACKING_STORE", (string)found[0]!["tags"]!["mlflow.trace.spansLocation"]!);
        Assert.Equal(["chat", "child"], whole["spans"]!.AsArray().Select(span => (string)span!["name"]!));
    }

    [Fact]
    public async Task Spans_in_protobuf_are_as_those_in_JSON()
    {
        var experiment = await server.CreateExperimentAsync("protobuf");
        var traceId = Convert.FromHexString("0102030405060708090a0b0c0d0e0f10");
        var span = Message(output =>
        {
            Field(output, 1, traceId);
            Field(output, 2, Convert.FromHexString("0102030405060708"));
            Field(output, 5, "root"u8.ToArray());
            output.WriteTag(6, WireFormat.WireType.Varint);
            output.WriteEnum(1);
            output.WriteTag(7, WireFormat.WireType.Fixed64);
            output.WriteFixed64(1_000_000_000);
            output.WriteTag(8, WireFormat.WireType.Fixed64);
            output.WriteFixed64(2_000_000_000);
            Field(output, 9, Message(attribute =>
            {
                Field(attribute, 1, "n"u8.ToArray());
                Field(attribute, 2, Message(value =>
                {
                    value.WriteTag(3, WireFormat.WireType.Varint);
                    value.WriteInt64(-7);
                }));
            }));
        });
        var body = Message(request => Field(request, 1, Message(resource => Field(resource, 2, Message(scope => Field(scope, 2, span))))));

        Assert.Equal(200, await SendAsync(experiment, Zip(body), "application/x-protobuf", "gzip"));
        var stored = (await server.GetAsync($"{Traces}/get?trace_id=tr-0102030405060708090a0b0c0d0e0f10"))["trace"]!["spans"]![0]!;

        Assert.Equal("""[{"key":"n","value":{"int_value":-7}}]""", stored["attributes"]!.ToJsonString());
        Assert.Equal("AQIDBAUGBwg=", (string)stored["span_id"]!);
        Assert.Equal("SPAN_KIND_INTERNAL", (string)stored["kind"]!);
        Assert.Equal(400, await SendAsync(experiment, [0xff, 0xff], "application/x-protobuf", null));
        Assert.Equal(400, await SendAsync(experiment, body, "text/plain", null));
        Assert.Equal(422, await SendAsync(null, body, "application/x-protobuf", null));
        Assert.Equal(404, await SendAsync("999", body, "application/x-protobuf", null));
    }

    [Fact]
    public async Task The_record_of_a_trace_may_come_after_its_spans_or_before_them()
    {
        var experiment = await server.CreateExperimentAsync("orders");
        var run = await server.CreateRunAsync(experiment);
        foreach (var (id, spansFirst) in new[] { (new string('c', 32), true), (new string('d', 32), false) })
        {
            if (spansFirst)
                await SendJsonAsync(experiment, Spans(id, "auto", "x"));
            await server.PostAsync(Traces, new JsonObject { ["trace"] = new JsonObject { ["trace_info"] = Info("tr-" + id, experiment) } });
            if (!spansFirst)
                await SendJsonAsync(experiment, Spans(id, "auto", "x"));

            var info = (await server.GetAsync($"{Traces}/tr-{id}"))["trace"]!["trace_info"]!;

            Assert.Equal("ERROR", (string)info["state"]!);
            Assert.Equal("0.250s", (string)info["execution_duration"]!);
            Assert.Equal("true", (string)info["trace_metadata"]!["mlflow.trace.infoFinalized"]!);
            Assert.Equal("TRACKING_STORE", (string)info["tags"]!["mlflow.trace.spansLocation"]!);
        }

        await server.PostAsync("traces/link-to-run", new JsonObject
        {
            ["run_id"] = run,
            ["trace_ids"] = new JsonArray("tr-" + new string('c', 32)),
        });
        Assert.Single(await SearchAsync(experiment, $"run_id = '{run}'"));
        Assert.Equal(2, (await SearchAsync(experiment, "tags.team = 'blue' and status = 'ERROR'")).Count);

        var deleted = await server.PostAsync(Traces + "/delete-traces", new JsonObject
        {
            ["experiment_id"] = experiment,
            ["max_timestamp_millis"] = 4_000_000_000_000,
        });
        Assert.Equal(2, (int)deleted["traces_deleted"]!);
        Assert.Empty(await SearchAsync(experiment, ""));
    }

    [Fact]
    public async Task A_trace_that_is_linked_before_it_is_sent_belongs_to_the_run()
    {
        var experiment = await server.CreateExperimentAsync("early links");
        var run = await server.CreateRunAsync(experiment);
        var id = "tr-" + new string('7', 32);
        var link = new JsonObject { ["run_id"] = run, ["trace_ids"] = new JsonArray(id) };

        await server.PostAsync("traces/link-to-run", link);
        await server.PostAsync("traces/link-to-run", link);
        Assert.Empty(await SearchAsync(experiment, $"run_id = '{run}'"));
        await SendJsonAsync(experiment, Spans(new string('7', 32), "late", "x"));

        Assert.Equal([id], (await SearchAsync(experiment, $"run_id = '{run}'")).Select(info => (string)info!["trace_id"]!));
    }

    [Fact]
    public async Task Traces_are_found_by_the_prompts_that_they_used()
    {
        var experiment = await server.CreateExperimentAsync("prompts of traces");
        var id = "tr-" + new string('8', 32);
        await server.PostAsync(Traces, new JsonObject { ["trace"] = new JsonObject { ["trace_info"] = Info(id, experiment) } });
        var link = new JsonObject
        {
            ["trace_id"] = id,
            ["prompt_versions"] = new JsonArray(new JsonObject { ["name"] = "greet", ["version"] = "2" }),
        };

        await server.PostAsync("traces/link-prompts", link);
        await server.PostAsync("traces/link-prompts", link);

        Assert.Single(await SearchAsync(experiment, "prompt = 'greet/2'"));
        Assert.Empty(await SearchAsync(experiment, "prompt = 'greet/1'"));
    }

    [Fact]
    public async Task Tags_of_a_trace_are_set_and_deleted()
    {
        var experiment = await server.CreateExperimentAsync("trace tags");
        var id = "tr-" + new string('e', 32);
        await server.PostAsync(Traces, new JsonObject { ["trace"] = new JsonObject { ["trace_info"] = Info(id, experiment) } });

        await server.SendAsync(HttpMethod.Patch, $"traces/{id}/tags", new JsonObject { ["key"] = "a", ["value"] = "b" });
        Assert.Single(await SearchAsync(experiment, "tags.a = 'b'"));
        var (first, _) = await server.SendAsync(HttpMethod.Delete, $"traces/{id}/tags", new JsonObject { ["key"] = "a" });
        var (second, _) = await server.SendAsync(HttpMethod.Delete, $"traces/{id}/tags", new JsonObject { ["key"] = "a" });

        Assert.Equal((200, 404), (first, second));
    }

    [Fact]
    public async Task An_assessment_that_overrides_another_takes_its_place_until_it_is_deleted()
    {
        var experiment = await server.CreateExperimentAsync("assessments");
        var id = "tr-" + new string('f', 32);
        await server.PostAsync(Traces, new JsonObject { ["trace"] = new JsonObject { ["trace_info"] = Info(id, experiment) } });
        var first = await AssessAsync(id, """{"assessment_name": "good", "feedback": {"value": true}}""");
        var second = await AssessAsync(id, $$"""{"assessment_name": "good", "feedback": {"value": false}, "overrides": "{{first}}"}""");

        Assert.False((bool)(await server.GetAsync($"{Traces}/{id}/assessments/{first}"))["assessment"]!["valid"]!);
        await server.SendTextAsync(
            HttpMethod.Patch,
            $"{Traces}/{id}/assessments/{second}",
            """{"assessment": {"rationale": "looked again", "feedback": {"value": "yes"}}, "update_mask": "rationale,feedback"}""");
        Assert.Single(await SearchAsync(experiment, "feedback.good = 'yes'"));
        var (wrong, _) = await server.SendTextAsync(
            HttpMethod.Patch,
            $"{Traces}/{id}/assessments/{second}",
            """{"assessment": {"expectation": {"value": 1}}, "update_mask": "expectation"}""");
        await server.SendTextAsync(HttpMethod.Delete, $"{Traces}/{id}/assessments/{second}", "{}");
        var (missing, _) = await server.SendAsync(HttpMethod.Get, $"{Traces}/{id}/assessments/{second}", null);

        Assert.Equal((400, 404), (wrong, missing));
        Assert.True((bool)(await server.GetAsync($"{Traces}/{id}/assessments/{first}"))["assessment"]!["valid"]!);
        Assert.Single((await SearchAsync(experiment, ""))[0]!["assessments"]!.AsArray());
    }

    private async Task<string> AssessAsync(string traceId, string assessment) =>
        (string)(await server.PostAsync(
            $"{Traces}/{traceId}/assessments", new JsonObject { ["assessment"] = JsonNode.Parse(assessment) }))["assessment"]!["assessment_id"]!;

    private async Task<JsonArray> SearchAsync(string experiment, string filter)
    {
        var location = new JsonObject { ["type"] = "MLFLOW_EXPERIMENT", ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = experiment } };
        var found = await server.PostAsync(Traces + "/search", new JsonObject { ["locations"] = new JsonArray(location), ["filter"] = filter });
        return found["traces"]?.AsArray() ?? [];
    }

    private static JsonObject Info(string id, string experiment) => new()
    {
        ["trace_id"] = id,
        ["trace_location"] = new JsonObject { ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = experiment } },
        ["request_time"] = "2026-01-31T12:00:00.5Z",
        ["execution_duration"] = "0.25s",
        ["state"] = "ERROR",
        ["tags"] = new JsonObject { ["team"] = "blue" },
    };

    private static string Spans(string traceId, string name, string input) =>
        $$"""
        {"resourceSpans": [{"scopeSpans": [{"spans": [
          {"traceId": "{{traceId}}", "spanId": "0000000000000001", "name": "{{name}}", "kind": 1,
           "startTimeUnixNano": "1000000000", "endTimeUnixNano": "3500000000", "status": {"code": 1},
           "attributes": [{"key": "mlflow.spanInputs", "value": {"stringValue": "\"{{input}}\"" } }]},
          {"traceId": "{{traceId}}", "spanId": "0000000000000002", "parentSpanId": "0000000000000001", "name": "child",
           "startTimeUnixNano": "1500000000", "endTimeUnixNano": "2000000000"}
        ]}]}]}
        """;

    private Task<int> SendJsonAsync(string experiment, string body) =>
        SendAsync(experiment, Encoding.UTF8.GetBytes(body), "application/json", null);

    private async Task<int> SendAsync(string? experiment, byte[] body, string type, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        if (experiment is not null)
            request.Headers.Add("x-mlflow-experiment-id", experiment);
        using var response = await server.Client.SendAsync(request, Ct);
        return (int)response.StatusCode;
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
            write(output);
        return bytes.ToArray();
    }

    private static void Field(CodedOutputStream output, int number, byte[] content)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(content));
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionMode.Compress))
            zip.Write(bytes);
        return zipped.ToArray();
    }
}

public sealed class TraceWireOnSqlite(TrackingServer server) : TraceWireContract(server), IClassFixture<TrackingServer>;

public sealed class TraceWireOnPostgres(TrackingServerOnPostgres server) : TraceWireContract(server), IClassFixture<TrackingServerOnPostgres>;
