using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>The registry as MLflow's clients speak to it: models and prompts.</summary>
public abstract class RegistryWireContract(RegistryServer server) : RegistryWire(server)
{
    [Fact]
    public async Task A_model_is_made_described_tagged_renamed_and_deleted()
    {
        var made = await Server.CallAsync(
            "POST", "registered-models/create", """{"name": "life", "description": "d", "tags": [{"key": "a", "value": "1"}]}""");
        Assert.Equal("d", (string?)made["registered_model"]!["description"]);
        await Server.CallAsync("PATCH", "registered-models/update", """{"name": "life", "description": "new"}""");
        await Server.CallAsync("POST", "registered-models/set-tag", """{"name": "life", "key": "b", "value": ""}""");
        await Server.CallAsync("DELETE", "registered-models/delete-tag", """{"name": "life", "key": "a"}""");
        await Server.CallAsync("DELETE", "registered-models/delete-tag", """{"name": "life", "key": "absent"}""");
        await MakeVersionAsync("life");
        await Server.CallAsync("POST", "registered-models/alias", """{"name": "life", "alias": "best", "version": "1"}""");
        await Server.CallAsync("POST", "registered-models/rename", """{"name": "life", "new_name": "life2"}""");

        var found = (await Server.CallAsync("GET", "/ajax-api/2.0/mlflow/registered-models/get?name=life2"))["registered_model"]!;
        Assert.Equal("new", (string?)found["description"]);
        Assert.Equal("""[{"key":"b","value":""}]""", found["tags"]!.ToJsonString());
        Assert.Equal("""[{"alias":"best","version":"1"}]""", found["aliases"]!.ToJsonString());
        Assert.Equal("1", (string?)found["latest_versions"]![0]!["version"]);
        Assert.Equal(404, (await Server.SendAsync("GET", "registered-models/get?name=life")).Status);

        await Server.CallAsync("DELETE", "registered-models/delete", """{"name": "life2"}""");
        Assert.Equal(404, (await Server.SendAsync("GET", "model-versions/get?name=life2&version=1")).Status);
        var acts = (await Server.Part<IModelHistory>().ListAsync(Caller.System, "life2", TestContext.Current.CancellationToken)).Select(one => one.Act);
        Assert.Equal(["created", "described", "tagged", "untagged", "untagged", "registered", "alias", "renamed", "deleted"], acts);
    }

    [Theory]
    [InlineData("tag.`mlflow.prompt.is_prompt` != 'true'", "plain")]
    [InlineData("tag.`mlflow.prompt.is_prompt` = 'false'", "plain")]
    [InlineData("name LIKE '%'", "plain")]
    [InlineData("tag.`mlflow.prompt.is_prompt` = 'true'", "prompt")]
    [InlineData("tag.`mlflow.prompt.is_prompt` != 'false'", "prompt")]
    public async Task Models_and_prompts_are_told_apart_as_MLflows_client_asks_for_them(string filter, string found)
    {
        var mark = Guid.CreateVersion7().ToString("N");
        await Server.CallAsync("POST", "registered-models/create", $$"""{"name": "plain-{{mark}}"}""");
        await Server.CallAsync(
            "POST", "registered-models/create",
            $$"""{"name": "prompt-{{mark}}", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""");

        var answer = await Server.CallAsync(
            "GET", $"registered-models/search?filter={Uri.EscapeDataString($"name LIKE '%{mark}' AND {filter}")}");

        Assert.Equal([$"{found}-{mark}"], answer["registered_models"]!.AsArray().Select(model => (string?)model!["name"]));
    }

    [Theory]
    [InlineData("POST", "/api/3.0/mlflow/prompt-optimization/jobs")]
    [InlineData("DELETE", "/api/3.0/mlflow/gateway/secrets/delete")]
    [InlineData("POST", "/graphql")]
    public async Task A_part_of_MLflow_that_is_left_out_says_so(string method, string path)
    {
        var (status, answer) = await Server.SendAsync(method, path, method == "GET" ? null : "{}");

        Assert.Equal((501, "NOT_IMPLEMENTED"), (status, (string?)answer["error_code"]));
        Assert.Contains("leaves out", (string?)answer["message"]);
    }

    [Fact]
    public async Task Models_are_found_in_order_and_prompts_only_when_asked_for()
    {
        await Server.CallAsync("POST", "registered-models/create", """{"name": "find b", "tags": [{"key": "k", "value": "1"}]}""");
        await Server.CallAsync("POST", "registered-models/create", """{"name": "find a"}""");
        await Server.CallAsync(
            "POST", "registered-models/create", """{"name": "find prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""");
        var prompt = """{"name": "find prompt", "source": "prompt-template", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""";
        await Server.CallAsync("POST", "model-versions/create", prompt);

        Assert.Equal(["find a", "find b"], await ModelsAsync("name ILIKE 'FIND%'"));
        Assert.Equal(["find b"], await ModelsAsync("tags.k = '1' and name like 'find%'"));
        Assert.Equal(["find prompt"], await ModelsAsync("name like 'find%' and tags.`mlflow.prompt.is_prompt` = 'true'"));
        Assert.Equal([], await FindAsync("name = 'find prompt'"));
        Assert.Equal(["1"], await FindAsync("name = 'find prompt' and tags.`mlflow.prompt.is_prompt` = 'true'"));
    }

    private async Task<IEnumerable<string>> ModelsAsync(string filter) =>
        Values((await Server.CallAsync("GET", $"registered-models/search?filter={Uri.EscapeDataString(filter)}"))["registered_models"], "name");
}

public sealed class RegistryWireOnSqlite(RegistryServer server) : RegistryWireContract(server), IClassFixture<RegistryServer>;

public sealed class RegistryWireOnPostgres(RegistryServerOnPostgres server)
    : RegistryWireContract(server), IClassFixture<RegistryServerOnPostgres>;
