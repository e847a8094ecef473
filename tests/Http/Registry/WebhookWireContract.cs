using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>Webhooks as MLflow's client speaks of them, and what their receivers hear.</summary>
public abstract class WebhookWireContract(RegistryServer server) : IAsyncLifetime
{
    private WebReceiver _receiver = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _receiver = await WebReceiver.StartAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var listed = await server.CallAsync("GET", "webhooks?max_results=1000");
        foreach (var webhook in listed["webhooks"]?.AsArray() ?? [])
            await server.CallAsync("DELETE", $"webhooks/{webhook!["webhook_id"]}", "{}");
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_is_made_changed_listed_page_by_page_and_deleted()
    {
        var made = await MakeAsync("one", secret: "s3cret", events: ["MODEL_VERSION.CREATED", "REGISTERED_MODEL.CREATED"]);
        var id = (string)made["webhook_id"]!;
        Assert.Equal(("one", _receiver.Url, "ACTIVE"), ((string?)made["name"], (string?)made["url"], (string?)made["status"]));
        Assert.Equal(
            """[{"entity":"MODEL_VERSION","action":"CREATED"},{"entity":"REGISTERED_MODEL","action":"CREATED"}]""",
            made["events"]!.ToJsonString());
        Assert.Null(made["secret"]);
        await MakeAsync("two");

        var changed = (await server.CallAsync(
            "PATCH", $"webhooks/{id}",
            """{"name": "uno", "description": "d", "url": "", "status": "DISABLED", "events": [{"entity": 5, "action": "CREATED"}]}"""))["webhook"]!;
        Assert.Equal(("uno", "d", "DISABLED"), ((string?)changed["name"], (string?)changed["description"], (string?)changed["status"]));
        Assert.Equal(_receiver.Url, (string?)changed["url"]);
        Assert.Equal("""[{"entity":"PROMPT","action":"CREATED"}]""", changed["events"]!.ToJsonString());
        Assert.True((long)changed["last_updated_timestamp"]! > (long)made["last_updated_timestamp"]!);
        Assert.Equal(changed.ToJsonString(), (await server.CallAsync("GET", $"webhooks/{id}"))["webhook"]!.ToJsonString());

        var first = await server.CallAsync("GET", "webhooks?max_results=1");
        var second = await server.CallAsync("GET", $"webhooks?max_results=1&page_token={first["next_page_token"]}");
        Assert.Equal(
            ["two", "uno"], new[] { first, second }.Select(page => (string?)Assert.Single(page["webhooks"]!.AsArray())!["name"]));
        Assert.Null(second["next_page_token"]);

        await server.CallAsync("DELETE", $"webhooks/{id}", "{}");
        var (status, gone) = await server.SendAsync("GET", $"webhooks/{id}");
        Assert.Equal((404, "RESOURCE_DOES_NOT_EXIST", $"Webhook with ID {id} not found."),
            (status, (string?)gone["error_code"], (string?)gone["message"]));
    }

    [Fact]
    public async Task Each_event_of_a_model_is_told_as_MLflow_tells_it()
    {
        await MakeAsync(
            "all", events:
            [
                "REGISTERED_MODEL.CREATED", "MODEL_VERSION.CREATED", "MODEL_VERSION_TAG.SET", "MODEL_VERSION_TAG.DELETED",
                "MODEL_VERSION_ALIAS.CREATED", "MODEL_VERSION_ALIAS.DELETED",
            ]);
        var name = "told-" + Guid.CreateVersion7().ToString("N");

        await ExpectAsync(
            "POST", "registered-models/create", $$"""{"name": "{{name}}", "tags": [{"key": "a", "value": "1"}]}""",
            "registered_model.created", """{"name":"NAME","tags":{"a":"1"},"description":""}""", name);
        await server.CallAsync("POST", "registered-models/set-tag", $$"""{"name": "{{name}}", "key": "quiet", "value": "x"}""");
        await ExpectAsync(
            "POST", "model-versions/create",
            $$"""{"name": "{{name}}", "source": "s3://b/m", "run_id": "r1", "description": "d", "tags": [{"key": "b", "value": "2"}]}""",
            "model_version.created",
            """{"name":"NAME","version":"1","source":"s3://b/m","run_id":"r1","tags":{"b":"2"},"description":"d"}""", name);
        await ExpectAsync(
            "POST", "model-versions/set-tag", $$"""{"name": "{{name}}", "version": "1", "key": "k", "value": "v"}""",
            "model_version_tag.set", """{"name":"NAME","version":"1","key":"k","value":"v"}""", name);
        await ExpectAsync(
            "DELETE", "model-versions/delete-tag", $$"""{"name": "{{name}}", "version": "1", "key": "k"}""",
            "model_version_tag.deleted", """{"name":"NAME","version":"1","key":"k"}""", name);
        await ExpectAsync(
            "POST", "registered-models/alias", $$"""{"name": "{{name}}", "alias": "best", "version": "1"}""",
            "model_version_alias.created", """{"name":"NAME","alias":"best","version":"1"}""", name);
        await ExpectAsync(
            "POST", "registered-models/alias", $$"""{"name": "{{name}}", "alias": "best", "version": "1"}""",
            "model_version_alias.created", """{"name":"NAME","alias":"best","version":"1"}""", name);
        await ExpectAsync(
            "DELETE", "registered-models/alias", $$"""{"name": "{{name}}", "alias": "best"}""",
            "model_version_alias.deleted", """{"name":"NAME","alias":"best"}""", name);
        Assert.Equal(0, _receiver.Waiting);
    }

    [Fact]
    public async Task Events_of_a_prompt_are_told_as_those_of_a_prompt()
    {
        await MakeAsync(
            "prompts", events:
            [
                "REGISTERED_MODEL.CREATED", "MODEL_VERSION.CREATED", "PROMPT.CREATED", "PROMPT_VERSION.CREATED", "PROMPT_TAG.SET",
                "PROMPT_TAG.DELETED", "PROMPT_VERSION_TAG.SET", "PROMPT_VERSION_TAG.DELETED", "PROMPT_ALIAS.CREATED", "PROMPT_ALIAS.DELETED",
            ]);
        var name = "prompt-" + Guid.CreateVersion7().ToString("N");
        const string IsPrompt = """{"key": "mlflow.prompt.is_prompt", "value": "true"}""";

        await ExpectAsync(
            "POST", "registered-models/create", $$"""{"name": "{{name}}", "description": "d", "tags": [{{IsPrompt}}, {"key": "a", "value": "1"}]}""",
            "prompt.created", """{"name":"NAME","tags":{"a":"1"},"description":"d"}""", name);
        await ExpectAsync(
            "POST", "model-versions/create",
            $$"""{"name": "{{name}}", "source": "prompt-template", "tags": [{{IsPrompt}}, {"key": "mlflow.prompt.text", "value": "Hi {x}"}]}""",
            "prompt_version.created", """{"name":"NAME","version":"1","template":"Hi {x}","tags":{},"description":null}""", name);
        await ExpectAsync(
            "POST", "registered-models/set-tag", $$"""{"name": "{{name}}", "key": "k", "value": "v"}""",
            "prompt_tag.set", """{"name":"NAME","key":"k","value":"v"}""", name);
        await ExpectAsync(
            "DELETE", "registered-models/delete-tag", $$"""{"name": "{{name}}", "key": "k"}""",
            "prompt_tag.deleted", """{"name":"NAME","key":"k"}""", name);
        await ExpectAsync(
            "POST", "model-versions/set-tag", $$"""{"name": "{{name}}", "version": "1", "key": "k", "value": "v"}""",
            "prompt_version_tag.set", """{"name":"NAME","version":"1","key":"k","value":"v"}""", name);
        await ExpectAsync(
            "DELETE", "model-versions/delete-tag", $$"""{"name": "{{name}}", "version": "1", "key": "k"}""",
            "prompt_version_tag.deleted", """{"name":"NAME","version":"1","key":"k"}""", name);
        await ExpectAsync(
            "POST", "registered-models/alias", $$"""{"name": "{{name}}", "alias": "best", "version": "1"}""",
            "prompt_alias.created", """{"name":"NAME","alias":"best","version":"1"}""", name);
        await ExpectAsync(
            "DELETE", "registered-models/alias", $$"""{"name": "{{name}}", "alias": "best"}""",
            "prompt_alias.deleted", """{"name":"NAME","alias":"best"}""", name);
    }

    [Fact]
    public async Task A_disabled_webhook_hears_nothing()
    {
        var id = (string)(await MakeAsync("off", events: ["REGISTERED_MODEL.CREATED"]))["webhook_id"]!;
        await server.CallAsync("PATCH", $"webhooks/{id}", """{"status": "DISABLED"}""");

        await server.CallAsync("POST", "registered-models/create", """{"name": "unheard"}""");

        Assert.Equal(0, await server.Part<Database>().FindAsync<int>("select count(*) from deliveries where subject = @Node", new { Node = $"webhook:{id}" }, Ct));
    }

    [Fact]
    public async Task A_test_sends_a_signed_example_and_tells_the_answer()
    {
        var id = (string)(await MakeAsync("try", secret: "s3cret"))["webhook_id"]!;
        _receiver.AnswerNext(401);

        var refused = (await server.CallAsync("POST", $"webhooks/{id}/test", "{}"))["result"]!;
        var taken = (await server.CallAsync(
            "POST", $"webhooks/{id}/test", """{"event": {"entity": "PROMPT_VERSION", "action": "CREATED"}}"""))["result"]!;

        Assert.Equal("""{"success":false,"response_status":401,"response_body":"thanks"}""", refused.ToJsonString());
        Assert.Equal("""{"success":true,"response_status":200,"response_body":"thanks"}""", taken.ToJsonString());
        Assert.Contains("\"example_model\"", (await _receiver.NextAsync(Ct)).Body);
        var call = await _receiver.NextAsync(Ct);
        Assert.Contains("\"template\":\"Hello {{name}}!\"", call.Body);
        var said = $"{call.Headers["X-MLflow-Delivery-Id"]}.{call.Headers["X-MLflow-Timestamp"]}.{call.Body}";
        Assert.Equal(
            "v1," + Convert.ToBase64String(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(said))), call.Headers["X-MLflow-Signature"]);
    }

    [Theory]
    [InlineData("""{"url": "https://e.com", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "'name'")]
    [InlineData("""{"name": "n", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "'url'")]
    [InlineData("""{"name": "n", "url": "https://e.com"}""", "'events'")]
    [InlineData("""{"name": "n", "url": "https://e.com", "events": []}""", "'events'")]
    [InlineData("""{"name": "n", "url": "https://e.com", "events": [{"entity": "NONSENSE", "action": "CREATED"}]}""", "events[0].entity")]
    [InlineData("""{"name": "n", "url": "https://e.com", "events": [{"entity": "PROMPT", "action": "SET"}]}""", "Valid actions are: created")]
    [InlineData("""{"name": "n", "url": "https://e.com", "events": "PROMPT"}""", "'events'")]
    [InlineData("""{"name": "-n", "url": "https://e.com", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "Webhook name '-n' is invalid")]
    [InlineData("""{"name": "n", "url": "   ", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "Webhook URL cannot be empty")]
    [InlineData("""{"name": "n", "url": "ftp://e.com", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "Invalid webhook URL scheme: 'ftp'")]
    [InlineData("""{"name": "n", "url": "http://[e", "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "Invalid webhook URL")]
    [InlineData("""{"name": "n", "url": 7, "events": [{"entity": "PROMPT", "action": "CREATED"}]}""", "'url'")]
    public async Task A_webhook_that_cannot_work_is_refused(string body, string says)
    {
        var (status, answer) = await server.SendAsync("POST", "webhooks", body);

        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer["error_code"]));
        Assert.Contains(says, (string?)answer["message"]);
        Assert.Empty(await server.CallAsync("GET", "webhooks"));
    }

    private async Task<JsonNode> MakeAsync(string name, string? secret = null, params string[] events)
    {
        var body = new JsonObject
        {
            ["name"] = name,
            ["url"] = _receiver.Url,
            ["secret"] = secret,
            ["events"] = new JsonArray([.. (events.Length > 0 ? events : ["MODEL_VERSION.CREATED"]).Select(one => new JsonObject
            {
                ["entity"] = one.Split('.')[0],
                ["action"] = one.Split('.')[1],
            })]),
        };
        return (await server.CallAsync("POST", "webhooks", body.ToJsonString()))["webhook"]!;
    }

    private async Task ExpectAsync(string method, string path, string body, string happened, string data, string name)
    {
        await server.CallAsync(method, path, body);

        var told = JsonNode.Parse((await _receiver.NextAsync(Ct)).Body)!;
        Assert.Equal(happened, $"{told["entity"]}.{told["action"]}");
        Assert.Equal(JsonNode.Parse(data.Replace("NAME", name))!.ToJsonString(), told["data"]!.ToJsonString());
    }
}

public sealed class WebhookWireOnSqlite(RegistryServer server) : WebhookWireContract(server), IClassFixture<RegistryServer>;

public sealed class WebhookWireOnPostgres(RegistryServerOnPostgres server)
    : WebhookWireContract(server), IClassFixture<RegistryServerOnPostgres>;
