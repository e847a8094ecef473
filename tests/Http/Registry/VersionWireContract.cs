using System.Text;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>The versions of models as MLflow's clients speak of them.</summary>
public abstract class VersionWireContract(RegistryServer server) : RegistryWire(server)
{
    private static readonly Caller s_caller = Caller.System;

    [Fact]
    public async Task A_file_of_a_version_is_sent_and_a_path_that_leaves_is_refused()
    {
        var (runId, uri) = await MakeRunAsync();
        await Server.UploadAsync($"{uri["mlflow-artifacts:/".Length..]}/model/sub/weights.bin", "weights");
        await Server.CallAsync("POST", "registered-models/create", """{"name": "sent"}""");
        await Server.CallAsync("POST", "model-versions/create", $$"""{"name": "sent", "source": "runs:/{{runId}}/model"}""");

        Assert.Equal("weights", await Server.TextAsync("/model-versions/get-artifact?name=sent&version=1&path=sub/weights.bin"));
        foreach (var path in (string[])["../x", "%2e%2e/x", "/etc/passwd", "a%2500b/../../x"])
        {
            var (status, answer) = await Server.SendAsync("GET", $"/model-versions/get-artifact?name=none&version=1&path={path}");
            Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer["error_code"]));
        }

        Assert.Equal(404, (await Server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=1&path=absent")).Status);
        Assert.Equal(404, (await Server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=2&path=absent")).Status);
        Assert.Equal(400, (await Server.SendAsync("GET", "/model-versions/get-artifact?name=sent&version=x&path=absent")).Status);
    }

    [Fact]
    public async Task Versions_in_an_order_of_choice_go_on_by_name_and_a_rename_is_a_change()
    {
        foreach (var name in (string[])["order-b", "order-a", "order-b"])
        {
            await Server.SendAsync("POST", "registered-models/create", $$"""{"name": "{{name}}"}""");
            await MakeVersionAsync(name);
        }

        var answer = await Server.CallAsync(
            "GET", $"model-versions/search?filter={Uri.EscapeDataString("name LIKE 'order-%'")}&order_by=version_number%20DESC");
        Assert.Equal(
            ["order-b/2", "order-a/1", "order-b/1"],
            answer["model_versions"]!.AsArray().Select(version => $"{version!["name"]}/{version["version"]}"));

        var before = (await Server.CallAsync("GET", "registered-models/get?name=order-a"))["registered_model"]!;
        Assert.Equal("", (string?)before["description"]);
        var after = (await Server.CallAsync(
            "POST", "registered-models/rename", """{"name": "order-a", "new_name": "order-c"}"""))["registered_model"]!;
        Assert.Equal((long)before["creation_timestamp"]!, (long)after["creation_timestamp"]!);
        Assert.True((long)after["last_updated_timestamp"]! > (long)before["last_updated_timestamp"]!);
    }

    [Fact]
    public async Task Describing_a_version_leaves_the_time_of_its_model()
    {
        await Server.CallAsync("POST", "registered-models/create", """{"name": "dated"}""");
        await Server.CallAsync("POST", "model-versions/create", """{"name": "dated", "source": "s3://b/a"}""");
        var before = (long)(await Server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;
        await Server.CallAsync("PATCH", "model-versions/update", """{"name": "dated", "version": "1", "description": "x"}""");
        await Server.CallAsync("POST", "model-versions/set-tag", """{"name": "dated", "version": "1", "key": "a", "value": "b"}""");
        var described = (long)(await Server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;
        await Server.CallAsync("POST", "model-versions/transition-stage", """{"name": "dated", "version": "1", "stage": "Staging", "archive_existing_versions": false}""");
        var staged = (long)(await Server.CallAsync("GET", "registered-models/get?name=dated"))["registered_model"]!["last_updated_timestamp"]!;

        Assert.Equal(before, described);
        Assert.True(staged >= before);
    }

    [Fact]
    public async Task A_version_has_the_files_of_its_run_and_is_the_one_that_jobs_see()
    {
        var (runId, uri) = await MakeRunAsync();
        await Server.UploadAsync($"{uri["mlflow-artifacts:/".Length..]}/model/model.onnx", "weights");
        await Server.CallAsync("POST", "registered-models/create", """{"name": "files"}""");
        var made = await Server.CallAsync(
            "POST", "model-versions/create",
            $$"""{"name": "files", "source": "runs:/{{runId}}/model", "run_id": "{{runId}}", "run_link": "http://x", "description": "d"}""");
        var version = made["model_version"]!;

        var seen = await Server.Part<IModelRegistry>().FindAsync(s_caller, "files@latest", TestContext.Current.CancellationToken);
        var tree = await Server.Part<ContentStore>().GetTreeAsync(seen!.Tree, TestContext.Current.CancellationToken);

        Assert.Equal(("1", "READY", "None"), ((string?)version["version"], (string?)version["status"], (string?)version["current_stage"]));
        Assert.Equal((runId, "http://x"), ((string?)version["run_id"], (string?)version["run_link"]));
        Assert.Equal(["model.onnx"], tree.Entries.Select(entry => entry.Path));
        Assert.Equal(("onnx", runId), (seen.Flavor, seen.RunId));
    }

    [Fact]
    public async Task A_version_that_a_job_registered_is_seen_and_downloaded_by_clients()
    {
        var content = Server.Part<ContentStore>();
        var ct = TestContext.Current.CancellationToken;
        var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes("trained"), ct);
        var tree = await content.PutTreeAsync([new TreeEntry("sub/model.onnx", blob.Digest, blob.Size)], ct);
        await Server.Part<IModelRegistry>().RegisterAsync(
            s_caller, new NewModelVersion { Model = "by job", Tree = tree.Digest, Flavor = "onnx", RunId = "r1" }, ct);

        var found = await Server.CallAsync("GET", "model-versions/search?filter=name%3D'by job'");
        var uri = (string)(await Server.CallAsync("GET", "model-versions/get-download-uri?name=by job&version=1"))["artifact_uri"]!;

        Assert.Equal(uri, (string?)found["model_versions"]![0]!["source"]);
        Assert.Equal("trained", await Server.DownloadAsync(uri + "/sub/model.onnx"));
    }

    [Fact]
    public async Task A_logged_model_is_registered_with_its_run_and_knows_its_version()
    {
        var (runId, _) = await MakeRunAsync();
        var logged = (await Server.CallAsync(
            "POST", "logged-models", $$"""{"experiment_id": "0", "name": "m", "source_run_id": "{{runId}}"}"""))["model"]!["info"]!;
        var id = (string)logged["model_id"]!;
        var place = (string)logged["artifact_uri"]!;
        await Server.UploadAsync($"{place["mlflow-artifacts:/".Length..]}/MLmodel", "flavors: {}");
        await Server.CallAsync("POST", "registered-models/create", """{"name": "logged"}""");
        var version = (await Server.CallAsync(
            "POST", "model-versions/create", $$"""{"name": "logged", "source": "models:/{{id}}", "model_id": "{{id}}"}"""))["model_version"]!;
        var copy = await MakeVersionAsync("copy", "models:/logged/1");

        var uri = await Server.CallAsync("GET", "model-versions/get-download-uri?name=copy&version=1");
        var tags = (await Server.CallAsync("GET", $"logged-models/{id}"))["model"]!["info"]!["tags"]!;
        var seen = await Server.Part<IModelRegistry>().FindAsync(s_caller, "copy:1", TestContext.Current.CancellationToken);

        Assert.Equal((runId, id), ((string?)version["run_id"], (string?)version["model_id"]));
        Assert.Equal(place, (string?)uri["artifact_uri"]);
        Assert.Equal("1", copy);
        Assert.Equal("mlflow", seen!.Flavor);
        Assert.Contains(tags.AsArray(), tag => (string?)tag!["value"] == """[{"name": "logged", "version": 1}]""");
    }

    [Fact]
    public async Task A_version_that_the_client_adds_to_the_tag_of_its_model_once_more_stands_there_once()
    {
        var id = (string)(await Server.CallAsync(
            "POST", "logged-models", """{"experiment_id": "0", "name": "twice"}"""))["model"]!["info"]!["model_id"]!;
        const string sent = """[{"name": "twice", "version": 1}, {"name": "twice", "version": "1"}, {"name": "twice", "version": 2}, "x"]""";

        foreach (var text in new[] { sent, "no list" })
        {
            var tags = new JsonObject { ["tags"] = new JsonArray(new JsonObject { ["key"] = "mlflow.modelVersions", ["value"] = text }) };
            await Server.CallAsync("PATCH", $"logged-models/{id}/tags", tags.ToJsonString());
            var kept = (await Server.CallAsync("GET", $"logged-models/{id}"))["model"]!["info"]!["tags"]![0]!["value"];

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

        var latest = (await Server.CallAsync("POST", "registered-models/get-latest-versions", """{"name": "stages"}"""))["model_versions"]!.AsArray();
        var production = await Server.CallAsync("GET", "registered-models/get-latest-versions?name=stages&stages=PRODUCTION");

        Assert.Equal(["1 Archived", "2 Production"], latest.Select(version => $"{version!["version"]} {version["current_stage"]}"));
        Assert.Equal("2", (string?)Assert.Single(production["model_versions"]!.AsArray())!["version"]);
    }

    [Fact]
    public async Task A_number_is_not_used_again_and_an_alias_goes_with_its_version()
    {
        await MakeVersionAsync("numbers");
        await MakeVersionAsync("numbers");
        await Server.CallAsync("POST", "registered-models/alias", """{"name": "numbers", "alias": "best", "version": "2"}""");
        Assert.Equal("2", (string?)(await Server.CallAsync("GET", "registered-models/alias?name=numbers&alias=best"))["model_version"]!["version"]);
        await Server.CallAsync("DELETE", "model-versions/delete", """{"name": "numbers", "version": "2"}""");

        var (status, answer) = await Server.SendAsync("GET", "registered-models/alias?name=numbers&alias=best");
        Assert.Equal((400, "INVALID_PARAMETER_VALUE"), (status, (string?)answer["error_code"]));
        Assert.Equal("3", await MakeVersionAsync("numbers"));
        await Server.CallAsync("DELETE", "registered-models/alias", """{"name": "numbers", "alias": "best"}""");
    }

    [Fact]
    public async Task Versions_are_found_by_tag_number_and_source_in_pages()
    {
        for (var i = 1; i <= 3; i++)
            await MakeVersionAsync("searched", $"s3://bucket/{i}");
        await Server.CallAsync("POST", "model-versions/set-tag", """{"name": "searched", "version": "2", "key": "a b.c", "value": "x"}""");
        await Server.CallAsync("PATCH", "model-versions/update", """{"name": "searched", "version": "1", "description": "later"}""");

        Assert.Equal(["2"], await FindAsync("name = 'searched' and tags.`a b.c` = 'x'"));
        Assert.Equal([], await FindAsync("name = 'searched' and tags.absent != 'x'"));
        Assert.Equal(["3", "2"], await FindAsync("name = 'searched' and version_number > 1", "&order_by=version_number DESC"));
        Assert.Equal(["1"], await FindAsync("source_path LIKE 's3://%/1'"));
        Assert.Equal([], await FindAsync("run_id IN ('a', 'b')"));
        var first = await Server.CallAsync("GET", "model-versions/search?filter=name%3D'searched'&max_results=2&order_by=version_number");
        var token = Uri.EscapeDataString((string)first["next_page_token"]!);
        var rest = await Server.CallAsync(
            "GET", $"model-versions/search?filter=name%3D'searched'&max_results=2&order_by=version_number&page_token={token}");
        Assert.Equal(["3"], rest["model_versions"]!.AsArray().Select(version => (string)version!["version"]!));
        Assert.Null(rest["next_page_token"]);
    }

    private Task<JsonObject> StageAsync(string name, int version, string stage, bool archive) => Server.CallAsync(
        "POST", "model-versions/transition-stage",
        $$"""{"name": "{{name}}", "version": "{{version}}", "stage": "{{stage}}", "archive_existing_versions": {{(archive ? "true" : "false")}}}""");

    private async Task<(string Id, string Uri)> MakeRunAsync()
    {
        await Server.CallAsync("POST", "experiments/search", """{"max_results": 1}""");
        var info = (await Server.CallAsync("POST", "runs/create", """{"experiment_id": "0", "start_time": 1}"""))["run"]!["info"]!;
        return ((string)info["run_id"]!, (string)info["artifact_uri"]!);
    }
}

public sealed class VersionWireOnSqlite(RegistryServer server) : VersionWireContract(server), IClassFixture<RegistryServer>;

public sealed class VersionWireOnPostgres(RegistryServerOnPostgres server)
    : VersionWireContract(server), IClassFixture<RegistryServerOnPostgres>;
