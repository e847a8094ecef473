using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>The registry as MLflow's clients speak to it.</summary>
public abstract class RegistryWireContract(RegistryServer server)
{
    private static readonly Caller s_caller = Caller.System;

    [Fact]
    public async Task A_model_is_made_described_tagged_renamed_and_deleted()
    {
        var made = await server.CallAsync(
            "POST", "registered-models/create", """{"name": "life", "description": "d", "tags": [{"key": "a", "value": "1"}]}""");
        Assert.Equal("d", (string?)made["registered_model"]!["description"]);
        await server.CallAsync("PATCH", "registered-models/update", """{"name": "life", "description": "new"}""");
        await server.CallAsync("POST", "registered-models/set-tag", """{"name": "life", "key": "b", "value": ""}""");
        await server.CallAsync("DELETE", "registered-models/delete-tag", """{"name": "life", "key": "a"}""");
        await server.CallAsync("DELETE", "registered-models/delete-tag", """{"name": "life", "key": "absent"}""");
        await MakeVersionAsync("life");
        await server.CallAsync("POST", "registered-models/alias", """{"name": "life", "alias": "best", "version": "1"}""");
        await server.CallAsync("POST", "registered-models/rename", """{"name": "life", "new_name": "life2"}""");

        var found = (await server.CallAsync("GET", "/ajax-api/2.0/mlflow/registered-models/get?name=life2"))["registered_model"]!;
        Assert.Equal("new", (string?)found["description"]);
        Assert.Equal("""[{"key":"b","value":""}]""", found["tags"]!.ToJsonString());
        Assert.Equal("""[{"alias":"best","version":"1"}]""", found["aliases"]!.ToJsonString());
        Assert.Equal("1", (string?)found["latest_versions"]![0]!["version"]);
        Assert.Equal(404, (await server.SendAsync("GET", "registered-models/get?name=life")).Status);

        await server.CallAsync("DELETE", "registered-models/delete", """{"name": "life2"}""");
        Assert.Equal(404, (await server.SendAsync("GET", "model-versions/get?name=life2&version=1")).Status);
        var acts = (await server.Part<IModelHistory>().ListAsync(s_caller, "life2", TestContext.Current.CancellationToken)).Select(one => one.Act);
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
        await server.CallAsync("POST", "registered-models/create", $$"""{"name": "plain-{{mark}}"}""");
        await server.CallAsync(
            "POST", "registered-models/create",
            $$"""{"name": "prompt-{{mark}}", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""");

        var answer = await server.CallAsync(
            "GET", $"registered-models/search?filter={Uri.EscapeDataString($"name LIKE '%{mark}' AND {filter}")}");

        Assert.Equal([$"{found}-{mark}"], answer["registered_models"]!.AsArray().Select(model => (string?)model!["name"]));
    }

    [Fact]
    public async Task A_file_of_a_version_is_sent_and_a_path_that_leaves_is_refused()
    {
        var (runId, uri) = await MakeRunAsync();
        await server.UploadAsync($"{uri["mlflow-artifacts:/".Length..]}/model/sub/weights.bin", "weights");
        await server.CallAsync("POST", "registered-models/create", """{"name": "sent"}""");
        await server.CallAsync("POST", "model-versions/create", $$"""{"name": "sent", "source": "runs:/{{runId}}/model"}""");

        Assert.Equal("weights", await server.TextAsync("/model-versions/get-artifact?name=sent&version=1&path=sub/weights.bin"));
        foreach (var path in (string[])["../x", "%2e%2e/x", "/etc/passwd", "a%2500b/../../x"])
        {
            var (status, answer) = await server.SendAsync("GET", $"/model-versions/get-artifact?name=none&version=1&path={path}");
            Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer["error_code"]));
        }

        Assert.Equal(404, (await server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=1&path=absent")).Status);
        Assert.Equal(404, (await server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=2&path=absent")).Status);
        Assert.Equal(400, (await server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=x&path=absent")).Status);
    }

    [Fact]
    public async Task Versions_in_an_order_of_choice_go_on_by_name_and_a_rename_is_a_change()
    {
        foreach (var name in (string[])["order-b", "order-a", "order-b"])
        {
            await server.SendAsync("POST", "registered-models/create", $$"""{"name": "{{name}}"}""");
            await MakeVersionAsync(name);
        }

        var answer = await server.CallAsync(
            "GET", $"model-versions/search?filter={Uri.EscapeDataString("name LIKE 'order-%'")}&order_by=version_number%20DESC");
        Assert.Equal(
            ["order-b/2", "order-a/1", "order-b/1"],
            answer["model_versions"]!.AsArray().Select(version => $"{version!["name"]}/{version["version"]}"));

        var before = (await server.CallAsync("GET", "registered-models/get?name=order-a"))["registered_model"]!;
        Assert.Equal("", (string?)before["description"]);
        var after = (await server.CallAsync(
            "POST", "registered-models/rename", """{"name": "order-a", "new_name": "order-c"}"""))["registered_model"]!;
        Assert.Equal((long)before["creation_timestamp"]!, (long)after["creation_timestamp"]!);
        Assert.True((long)after["last_updated_timestamp"]! > (long)before["last_updated_timestamp"]!);
    }

    [Fact]
    public async Task Describing_a_version_leaves_the_time_of_its_model()
    {
        await server.CallAsync("POST", "registered-models/create", """{"name": "dated"}""");
        await server.CallAsync("POST", "model-versions/create", """{"name": "dated", "source": "s3://b/a"}""");
        var before = (long)(await server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;
        await server.CallAsync("PATCH", "model-versions/update", """{"name": "dated", "version": "1", "description": "x"}""");
        await server.CallAsync("POST", "model-versions/set-tag", """{"name": "dated", "version": "1", "key": "a", "value": "b"}""");
        var described = (long)(await server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;
        await server.CallAsync("POST", "model-versions/transition-stage", """{"name": "dated", "version": "1", "stage": "Staging", "archive_existing_versions": false}""");
        var staged = (long)(await server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;

        Assert.Equal(before, described);
        Assert.True(staged >= before);
    }

    [Theory]
    [InlineData("POST", "/api/3.0/mlflow/prompt-optimization/jobs")]
    [InlineData("DELETE", "/api/3.0/mlflow/gateway/secrets/delete")]
    [InlineData("POST", "/graphql")]
    public async Task A_part_of_MLflow_that_is_left_out_says_so(string method, string path)
    {
        var (status, answer) = await server.SendAsync(method, path, method == "GET" ? null : "{}");

        Assert.Equal((501, "NOT_IMPLEMENTED"), (status, (string?)answer["error_code"]));
        Assert.Contains("leaves out", (string?)answer["message"]);
    }

    [Fact]
    public async Task A_version_has_the_files_of_its_run_and_is_the_one_that_jobs_see()
    {
        var (runId, uri) = await MakeRunAsync();
        await server.UploadAsync($"{uri["mlflow-artifacts:/".Length..]}/model/model.onnx", "weights");
        await server.CallAsync("POST", "registered-models/create", """{"name": "files"}""");
        var made = await server.CallAsync(
            "POST", "model-versions/create",
            $$"""{"name": "files", "source": "runs:/{{runId}}/model", "run_id": "{{runId}}", "run_link": "http://x", "description": "d"}""");
        var version = made["model_version"]!;

        var seen = await server.Part<IModelRegistry>().FindAsync(s_caller, "files@latest", TestContext.Current.CancellationToken);
        var tree = await server.Part<ContentStore>().GetTreeAsync(seen!.Tree, TestContext.Current.CancellationToken);

        Assert.Equal(("1", "READY", "None"), ((string?)version["version"], (string?)version["status"], (string?)version["current_stage"]));
        Assert.Equal((runId, "http://x"), ((string?)version["run_id"], (string?)version["run_link"]));
        Assert.Equal(["model.onnx"], tree.Entries.Select(entry => entry.Path));
        Assert.Equal(("onnx", runId), (seen.Flavor, seen.RunId));
    }

    [Fact]
    public async Task A_version_that_a_job_registered_is_seen_and_downloaded_by_clients()
    {
        var content = server.Part<ContentStore>();
        var ct = TestContext.Current.CancellationToken;
        var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes("trained"), ct);
        var tree = await content.PutTreeAsync([new TreeEntry("sub/model.onnx", blob.Digest, blob.Size)], ct);
        await server.Part<IModelRegistry>().RegisterAsync(
            s_caller, new NewModelVersion { Model = "by job", Tree = tree.Digest, Flavor = "onnx", RunId = "r1" }, ct);

        var found = await server.CallAsync("GET", "model-versions/search?filter=name%3D'by job'");
        var uri = (string)(await server.CallAsync("GET", "model-versions/get-download-uri?name=by job&version=1"))["artifact_uri"]!;

        Assert.Equal(uri, (string?)found["model_versions"]![0]!["source"]);
        Assert.Equal("trained", await server.DownloadAsync(uri + "/sub/model.onnx"));
    }

    [Fact]
    public async Task A_logged_model_is_registered_with_its_run_and_knows_its_version()
    {
        var (runId, _) = await MakeRunAsync();
        var logged = (await server.CallAsync(
            "POST", "logged-models", $$"""{"experiment_id": "0", "name": "m", "source_run_id": "{{runId}}"}"""))["model"]!["info"]!;
        var id = (string)logged["model_id"]!;
        var place = (string)logged["artifact_uri"]!;
        await server.UploadAsync($"{place["mlflow-artifacts:/".Length..]}/MLmodel", "flavors: {}");
        await server.CallAsync("POST", "registered-models/create", """{"name": "logged"}""");
        var version = (await server.CallAsync(
            "POST", "model-versions/create", $$"""{"name": "logged", "source": "models:/{{id}}", "model_id": "{{id}}"}"""))["model_version"]!;
        var copy = await MakeVersionAsync("copy", "models:/logged/1");

        var uri = await server.CallAsync("GET", "model-versions/get-download-uri?name=copy&version=1");
        var tags = (await server.CallAsync("GET", $"logged-models/{id}"))["model"]!["info"]!["tags"]!;
        var seen = await server.Part<IModelRegistry>().FindAsync(s_caller, "copy:1", TestContext.Current.CancellationToken);

        Assert.Equal((runId, id), ((string?)version["run_id"], (string?)version["model_id"]));
        Assert.Equal(place, (string?)uri["artifact_uri"]);
        Assert.Equal("1", copy);
        Assert.Equal("mlflow", seen!.Flavor);
        Assert.Contains(tags.AsArray(), tag => (string?)tag!["value"] == """[{"name": "logged", "version": 1}]""");
    }

    [Fact]
    public async Task A_version_that_the_client_adds_to_the_tag_of_its_model_once_more_stands_there_once()
    {
        var id = (string)(await server.CallAsync(
            "POST", "logged-models", """{"experiment_id": "0", "name": "twice"}"""))["model"]!["info"]!["model_id"]!;
        const string sent = """[{"name": "twice", "version": 1}, {"name": "twice", "version": "1"}, {"name": "twice", "version": 2}, "x"]""";

        foreach (var text in new[] { sent, "no list" })
        {
            var tags = new JsonObject { ["tags"] = new JsonArray(new JsonObject { ["key"] = "mlflow.modelVersions", ["value"] = text }) };
            await server.CallAsync("PATCH", $"logged-models/{id}/tags", tags.ToJsonString());
            var kept = (await server.CallAsync("GET", $"logged-models/{id}"))["model"]!["info"]!["tags"]![0]!["value"];

            Assert.Equal(text == sent ? """[{"name": "twice", "version": 1}, {"name": "twice", "version": 2}, "x"]""" : text, (string?)kept);
        }
    }

    [Fact]
    public async Task Stages_move_and_archive_the_others()
    {
        await MakeVersionAsync("stages");
        await MakeVersionAsync("stages");
        await StageAsync("stages", 1, "production", archive: false);
        await StageAsync("stages", 2, "Production", archive: true);

        var latest = (await server.CallAsync("POST", "registered-models/get-latest-versions", """{"name": "stages"}"""))["model_versions"]!.AsArray();
        var production = await server.CallAsync("GET", "registered-models/get-latest-versions?name=stages&stages=PRODUCTION");

        Assert.Equal(["1 Archived", "2 Production"], latest.Select(version => $"{version!["version"]} {version["current_stage"]}"));
        Assert.Equal("2", (string?)Assert.Single(production["model_versions"]!.AsArray())!["version"]);
    }

    [Fact]
    public async Task A_number_is_not_used_again_and_an_alias_goes_with_its_version()
    {
        await MakeVersionAsync("numbers");
        await MakeVersionAsync("numbers");
        await server.CallAsync("POST", "registered-models/alias", """{"name": "numbers", "alias": "best", "version": "2"}""");
        Assert.Equal("2", (string?)(await server.CallAsync("GET", "registered-models/alias?name=numbers&alias=best"))["model_version"]!["version"]);
        await server.CallAsync("DELETE", "model-versions/delete", """{"name": "numbers", "version": "2"}""");

        var (status, answer) = await server.SendAsync("GET", "registered-models/alias?name=numbers&alias=best");
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer["error_code"]));
        Assert.Equal("3", await MakeVersionAsync("numbers"));
        await server.CallAsync("DELETE", "registered-models/alias", """{"name": "numbers", "alias": "best"}""");
    }

    [Fact]
    public async Task Versions_are_found_by_tag_number_and_source_in_pages()
    {
        for (var i = 1; i <= 3; i++)
            await MakeVersionAsync("searched", $"s3://bucket/{i}");
        await server.CallAsync("POST", "model-versions/set-tag", """{"name": "searched", "version": "2", "key": "a b.c", "value": "x"}""");
        await server.CallAsync("PATCH", "model-versions/update", """{"name": "searched", "version": "1", "description": "later"}""");

        Assert.Equal(["2"], await FindAsync("name = 'searched' and tags.`a b.c` = 'x'"));
        Assert.Equal([], await FindAsync("name = 'searched' and tags.absent != 'x'"));
        Assert.Equal(["3", "2"], await FindAsync("name = 'searched' and version_number > 1", "&order_by=version_number DESC"));
        Assert.Equal(["1"], await FindAsync("source_path LIKE 's3://%/1'"));
        Assert.Equal([], await FindAsync("run_id IN ('a', 'b')"));
        var first = await server.CallAsync("GET", "model-versions/search?filter=name%3D'searched'&max_results=2&order_by=version_number");
        var token = Uri.EscapeDataString((string)first["next_page_token"]!);
        var rest = await server.CallAsync(
            "GET", $"model-versions/search?filter=name%3D'searched'&max_results=2&order_by=version_number&page_token={token}");
        Assert.Equal(["3"], rest["model_versions"]!.AsArray().Select(version => (string)version!["version"]!));
        Assert.Null(rest["next_page_token"]);
    }

    [Fact]
    public async Task Models_are_found_in_order_and_prompts_only_when_asked_for()
    {
        await server.CallAsync("POST", "registered-models/create", """{"name": "find b", "tags": [{"key": "k", "value": "1"}]}""");
        await server.CallAsync("POST", "registered-models/create", """{"name": "find a"}""");
        await server.CallAsync(
            "POST", "registered-models/create", """{"name": "find prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""");
        var prompt = """{"name": "find prompt", "source": "prompt-template", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""";
        await server.CallAsync("POST", "model-versions/create", prompt);

        Assert.Equal(["find a", "find b"], await ModelsAsync("name ILIKE 'FIND%'"));
        Assert.Equal(["find b"], await ModelsAsync("tags.k = '1' and name like 'find%'"));
        Assert.Equal(["find prompt"], await ModelsAsync("name like 'find%' and tags.`mlflow.prompt.is_prompt` = 'true'"));
        Assert.Equal([], await FindAsync("name = 'find prompt'"));
        Assert.Equal(["1"], await FindAsync("name = 'find prompt' and tags.`mlflow.prompt.is_prompt` = 'true'"));
    }

    private async Task<IEnumerable<string>> FindAsync(string filter, string rest = "") =>
        Values((await server.CallAsync("GET", $"model-versions/search?filter={Uri.EscapeDataString(filter)}{rest}"))["model_versions"], "version");

    private async Task<IEnumerable<string>> ModelsAsync(string filter) =>
        Values((await server.CallAsync("GET", $"registered-models/search?filter={Uri.EscapeDataString(filter)}"))["registered_models"], "name");

    private static IEnumerable<string> Values(JsonNode? list, string key) => list is null ? [] : list.AsArray().Select(item => (string)item![key]!);

    private Task<JsonObject> StageAsync(string name, int version, string stage, bool archive) => server.CallAsync(
        "POST", "model-versions/transition-stage",
        $$"""{"name": "{{name}}", "version": "{{version}}", "stage": "{{stage}}", "archive_existing_versions": {{(archive ? "true" : "false")}}}""");

    private async Task<string> MakeVersionAsync(string name, string source = "s3://bucket/model")
    {
        await server.SendAsync("POST", "registered-models/create", $$"""{"name": "{{name}}"}""");
        var made = await server.CallAsync("POST", "model-versions/create", $$"""{"name": "{{name}}", "source": "{{source}}"}""");
        return (string)made["model_version"]!["version"]!;
    }

    private async Task<(string Id, string Uri)> MakeRunAsync()
    {
        await server.CallAsync("POST", "experiments/search", """{"max_results": 1}""");
        var info = (await server.CallAsync("POST", "runs/create", """{"experiment_id": "0", "start_time": 1}"""))["run"]!["info"]!;
        return ((string)info["run_id"]!, (string)info["artifact_uri"]!);
    }
}

public sealed class RegistryWireOnSqlite(RegistryServer server) : RegistryWireContract(server), IClassFixture<RegistryServer>;

public sealed class RegistryWireOnPostgres(RegistryServerOnPostgres server)
    : RegistryWireContract(server), IClassFixture<RegistryServerOnPostgres>;
