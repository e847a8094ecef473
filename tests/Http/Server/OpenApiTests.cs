using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Http.Lake;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>Of /api/v1 the document says enough to generate a client from it.</summary>
public sealed partial class OpenApiTests(LakeServer server) : IClassFixture<LakeServer>
{
    [Fact]
    public async Task Every_operation_has_a_name_that_is_a_verb_a_summary_a_tag_and_a_way_to_refuse()
    {
        var operations = await OperationsAsync();

        Assert.True(operations.Count > 200);
        Assert.Empty(operations.Where(operation =>
            !Verb.IsMatch(Text(operation.Value, "operationId"))
            || Text(operation.Value, "summary").Length == 0
            || operation.Value["tags"]!.AsArray().Count != 1
            || Text(operation.Value["responses"]!["default"]!, "$ref") != "#/components/responses/Refused").Select(operation => operation.Key));
    }

    [Fact]
    public async Task Every_answer_that_has_a_body_says_what_it_is()
    {
        var silent = (await OperationsAsync())
            .Where(operation => !operation.Key.StartsWith("head ", StringComparison.Ordinal))
            .Where(operation => operation.Value["responses"]!.AsObject()
                .Any(answer => answer.Key is "200" or "201" && answer.Value!["content"] is null))
            .Select(operation => operation.Key);

        Assert.Empty(silent);
    }

    [Fact]
    public async Task What_is_no_JSON_is_no_record_either()
    {
        var diff = (await DocumentAsync())["paths"]!["/api/v1/data/{name}/versions/{version}/diff"]!["get"]!["responses"]!["200"]!["content"]!;

        Assert.Equal("#/components/schemas/Lake.DataDiff", (string?)diff["application/json"]!["schema"]!["$ref"]);
        Assert.Equal("string", (string?)diff["text/plain"]!["schema"]!["type"]);
        var file = (await DocumentAsync())["paths"]!["/api/v1/content/trees/{digest}/files/{path}"]!["get"]!["responses"]!["200"]!["content"]!;
        Assert.Equal("binary", (string?)file["application/octet-stream"]!["schema"]!["format"]);
    }

    [Fact]
    public async Task Definitions_and_contents_are_bodies_too()
    {
        var operations = await OperationsAsync();

        foreach (var (name, type) in (ReadOnlySpan<(string, string)>)
            [("CreateMonitor", "application/yaml"), ("CreateReceiver", "application/yaml"), ("UploadBlob", "application/octet-stream"), ("UploadBlobs", "application/x-tar")])
        {
            var operation = operations.Values.Single(operation => Text(operation, "operationId") == name);
            Assert.Equal("string", (string?)operation["requestBody"]!["content"]![type]!["schema"]!["type"]);
        }
    }

    [Fact]
    public async Task What_a_request_may_leave_out_is_not_required()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.Null(schemas["Jobs.EditWire"]!["required"]);
        Assert.DoesNotContain("files", schemas["Jobs.SubmitJob.Request"]!["required"]!.AsArray().Select(name => (string?)name));
        Assert.Contains("message", schemas["Jobs.JobWire"]!["required"]!.AsArray().Select(name => (string?)name));
    }

    [Theory]
    [InlineData("POST", "/api/v1/jobs", """{"yaml":"nothing"}""")]
    [InlineData("GET", "/api/v1/jobs/nope", null)]
    public async Task A_refusal_is_what_the_document_says(string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
        using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        var document = await DocumentAsync();
        var schema = document["components"]!["responses"]!["Refused"]!["content"]![answer.Content.Headers.ContentType!.MediaType!]!["schema"]!;
        var fields = (schema["$ref"] is { } reference ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]! : schema)["properties"]!;
        var refusal = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
        Assert.Equal(fields.AsObject().Select(field => field.Key).Order(), refusal.Select(field => field.Key).Order());
    }

    private async Task<JsonObject> DocumentAsync() => (await server.GetAsync("/openapi/v1.json")).AsObject();

    private async Task<Dictionary<string, JsonNode>> OperationsAsync() => (await DocumentAsync())["paths"]!.AsObject()
        .Where(path => path.Key.StartsWith("/api/v1/", StringComparison.Ordinal))
        .SelectMany(path => path.Value!.AsObject().Select(operation => (Name: $"{operation.Key} {path.Key}", operation.Value)))
        .ToDictionary(operation => operation.Name, operation => operation.Value!);

    private static string Text(JsonNode node, string field) => (string?)node[field] ?? "";

    [GeneratedRegex(
        "^(?:Abort|Acknowledge|Add|Approve|Archive|Assign|Backfill|Backtest|Cancel|Configure|Count|Create|Delete|Diff|Disable|Download|Enable|Evaluate|Explain|Export|Find"
        + "|Get|Import|Invoke|List|Move|Note|Pause|Purge|Push|Quarantine|Receive|Regenerate|Register|Release|Replay|Resend|Resolve|Restore|Resume|Run|Save|Search|Set|Show|Start"
        + "|Submit|Suggest|Test|Trace|Trigger|Update|Upload|Check)[A-Z]")]
    private static partial Regex Verb { get; }
}
