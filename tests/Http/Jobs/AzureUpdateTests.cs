using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>The verbs by which scripts for az ml change what they made before: --set, --add, --remove, and where a model's files are.</summary>
public sealed class AzureUpdateTests : IAsyncLifetime
{
    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await CommandServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_is_said_of_data_is_set_added_and_removed_and_nothing_else()
    {
        await _server.WriteAsync("rows.csv", "a\n1\n");
        await _server.CallAsync("data", "create", "-n", "rows", "--path", _server.File("rows.csv"), "--tags", "old=x", "kept=1.10", "-d", "First.", "--datastore", "workspaceblobstore");

        await _server.CallAsync(
            "data", "update", "-n", "rows", "-v", "1", "--set", "description=Better words.", "tags.a.b=true", "--add", "tags", "owner=ana", "team=risk", "--remove", "tags.old");

        Assert.Equal(
            "Better words.\ntrue\nana\nrisk\n1.10",
            await ShownAsync("data", "rows", "[description, tags.\"a.b\", tags.owner, tags.team, tags.kept]"));
        Assert.Equal("4", await ShownAsync("data", "rows", "length(tags)"));
        await _server.CallAsync("data", "update", "-n", "rows", "-v", "1", "--remove", "description", "--remove", "tags");
        Assert.Equal("0", await ShownAsync("data", "rows", "length(tags)"));
        await RefusedAsync("--set path=other: 'path' is not a field of a data version; what can be changed: description, tags.", "data", "update", "-n", "rows", "--set", "path=other");
        await RefusedAsync("--set tag.a=b: 'tag' is not a field of a data version; Did you mean 'tags'? what can be changed: description, tags.", "data", "update", "-n", "rows", "--set", "tag.a=b");
        await RefusedAsync("--remove tags.none: there is no tag 'none'.", "data", "update", "-n", "rows", "--remove", "tags.none");
        await RefusedAsync("--set version=2: 'version' of a data version never changes; what can be changed: description, tags.", "data", "update", "-n", "rows", "--set", "version=2");
        await RefusedAsync(
            "--set auto_delete_setting.value=30d: versions are not deleted by their age here; slipway data retention set says how many of an asset are kept.",
            "data", "update", "-n", "rows", "-v", "1", "--set", "auto_delete_setting.value=30d");
        await RefusedAsync("--set: say what is to change: description=TEXT, tags.KEY=VALUE; or --remove PATH.", "data", "update", "-n", "rows");
        await RefusedAsync("--add: 'tags' says only where; write --add PATH KEY=VALUE … or --add PATH VALUE.", "data", "update", "-n", "rows", "--add", "tags");
    }

    [Fact]
    public async Task Components_and_environments_are_described_anew_without_their_file()
    {
        await _server.WriteAsync("say.yml", "name: say\nversion: 1\ntype: command\ncommand: echo hello\nenvironment: azureml:any@latest\ndescription: First.\ntags: {a: b}\n");
        await _server.WriteAsync("env.yml", "name: py\nversion: 3\nimage: python:3.12\n");
        await _server.CallAsync("component", "create", "-f", _server.File("say.yml"));
        await _server.CallAsync("environment", "create", "-f", _server.File("env.yml"));

        await _server.CallAsync("component", "update", "-n", "say", "-v", "1", "--set", "description=Says hello.", "--remove", "tags.a");
        await _server.CallAsync("environment", "update", "-n", "py", "--label", "latest", "--add", "tags", "team=risk");

        Assert.Equal("Says hello.\n0", await ShownAsync("component", "say", "[description, length(tags)]"));
        Assert.Equal("risk", await ShownAsync("environment", "py", "tags.team"));
        await RefusedAsync("--set command=echo: 'command' of a component never changes; what can be changed: description, tags.", "component", "update", "-n", "say", "-v", "1", "--set", "command=echo");
        await RefusedAsync("--version: say which version of 'say', or --label latest.", "component", "update", "-n", "say", "--set", "description=x");
        var unknown = await _server.RunAsync("environment", "update", "-n", "py", "-v", "9", "--set", "description=x");
        Assert.Equal((1, "Environment version 'py:9' does not exist."), (unknown.Code, unknown.Errors));
    }

    [Fact]
    public async Task A_model_is_made_of_what_a_job_made_with_a_stage()
    {
        await _server.WriteAsync(
            "job.yml",
            "type: command\nenvironment: azureml:any@latest\ncommand: mkdir -p ${{outputs.out}}/model outputs; echo 1 > ${{outputs.out}}/model/w.bin; echo 2 > outputs/kept.txt\noutputs: {out: {type: uri_folder}}\n");
        await _server.CallAsync("job", "create", "-f", _server.File("job.yml"), "-n", "trained", "--stream", "--save-as", _server.File("saved.yml"));

        await _server.CallAsync("model", "create", "-n", "churn", "-p", "azureml://jobs/trained/outputs/out/paths/model/", "--stage", "production");
        await _server.CallAsync("model", "create", "-n", "churn", "-p", "runs:/trained/outputs", "--type", "custom_model");
        await _server.CallAsync("model", "create", "-n", "churn", "-p", "azureml://jobs/trained/outputs/artifacts/paths/outputs/");
        await _server.CallAsync("model", "update", "-n", "churn", "-v", "2", "--set", "stage=Development", "tags.a=b");
        await _server.CallAsync("model", "download", "-n", "churn", "-v", "1", "-p", _server.File("got"));

        var files = Directory.GetFiles(_server.File("got"), "*", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.Equal("w.bin", Assert.Single(files));
        Assert.Equal("churn\nProduction\ncustom_model", await _server.CallAsync("model", "show", "-n", "churn", "-v", "1", "--query", "[name, stage, type]", "-o", "tsv"));
        Assert.Equal("None\nDevelopment\nProduction", await _server.CallAsync("model", "list", "-n", "churn", "--query", "[].stage", "-o", "tsv"));
        var (run, of) = (await _server.CallAsync("job", "show", "-n", "trained", "--query", "run_id", "-o", "tsv"), await _server.CallAsync("model", "list", "-n", "churn", "--query", "[].run_id", "-o", "tsv"));
        Assert.Equal($"{run}\n{run}\n{run}", of);
        Assert.Contains("status: Completed\n", await File.ReadAllTextAsync(_server.File("saved.yml"), Ct), StringComparison.Ordinal);
        await RefusedAsync("stage: 'Prodction' is no stage of a model. Did you mean 'Production'? Known: None, Development, Staging, Production, Archived.", "model", "update", "-n", "churn", "--set", "stage=Prodction");
        await RefusedAsync("--path: job 'trained' (Completed) has made no output 'other'; see slipway job show.", "model", "create", "-n", "churn", "-p", "azureml://jobs/trained/outputs/other/paths/");
        await RefusedAsync("--path: there is no 'nothing' in that output.", "model", "create", "-n", "churn", "-p", "azureml://jobs/trained/outputs/out/paths/nothing");
    }

    [Fact]
    public async Task Packing_and_sharing_models_say_what_does_the_same_here()
    {
        var package = await _server.RunAsync("model", "package", "-n", "m", "-v", "1", "--file", "package.yml");
        var share = await _server.RunAsync("model", "share", "--name", "m", "--version", "1", "--registry-name", "r", "--share-with-name", "m");

        Assert.Equal(2, package.Code);
        Assert.StartsWith("Models are not packed into images here: slipway online-deployment create", package.Errors, StringComparison.Ordinal);
        Assert.Equal(2, share.Code);
        Assert.EndsWith("slipway model create --workspace-name OTHER.", share.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_options_may_be_cut_and_a_workspace_tells_where_it_is_tracked()
    {
        await _server.WriteAsync("rows.csv", "a\n1\n");

        await _server.CallAsync("data", "create", "--nam", "rows", $"--pat={_server.File("rows.csv")}", "--desc", "Cut.");

        Assert.Equal("Cut.", await ShownAsync("data", "rows", "description"));
        Assert.Equal($"default\n{_server.Url}", await _server.CallAsync("workspace", "show", "--query", "[name, mlflow_tracking_uri]", "-o", "tsv"));
        var ambiguous = await _server.RunAsync("data", "create", "--nam", "rows", "--d", "x");
        Assert.Equal(2, ambiguous.Code);
        Assert.Contains("--d", ambiguous.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_is_changed_without_its_file_and_keeps_the_rest()
    {
        await _server.CallAsync("online-endpoint", "create", "-n", "late", "--auth-mode", "key", "--set", "tags.team=risk", "description=First.");

        await _server.CallAsync("online-endpoint", "update", "-n", "late", "--set", "description=Better.", "--add", "tags", "owner=ana", "--remove", "tags.team");

        Assert.Equal(
            "Better.\nana\nkey\nSucceeded",
            await _server.CallAsync("online-endpoint", "show", "-n", "late", "--query", "[settings.description, settings.tags.owner, settings.auth_mode, provisioning_state]", "-o", "tsv"));
        Assert.Equal("1", await _server.CallAsync("online-endpoint", "show", "-n", "late", "--query", "length(settings.tags)", "-o", "tsv"));
        await RefusedAsync("--remove tags.gone: there is nothing of this name to remove.", "online-endpoint", "update", "-n", "late", "--remove", "tags.gone");
        await RefusedAsync("--add description=x: there is a single value, to which nothing can be added; only a list grows, and a mapping by key=value.", "online-endpoint", "update", "-n", "late", "--add", "description", "x");
    }

    [Fact]
    public async Task A_datastore_is_changed_without_its_file_and_keeps_its_credentials_until_others_are_said()
    {
        await _server.WriteAsync(
            "lake.yml", "name: lake\ntype: azure_blob\naccount_name: acc\ncontainer_name: one\ndescription: First.\ntags: {a: b}\ncredentials: {account_key: a2V5}\n");
        await _server.CallAsync("datastore", "create", "-f", _server.File("lake.yml"), "--set", "container_name=two");

        await _server.CallAsync("datastore", "update", "-n", "lake", "--set", "container_name=three", "--add", "tags", "team=risk", "--remove", "description", "--remove", "tags.a");
        var shown = await ShownAsync("datastore", "lake", "[settings.container_name, settings.account_name, tags.team, credentials, to_string(description)]");
        await _server.CallAsync("datastore", "update", "-n", "lake", "--set", "credentials.sas_token=sv=x");
        var signed = await ShownAsync("datastore", "lake", "credentials");
        await _server.CallAsync("datastore", "update", "-n", "lake", "--remove", "credentials");

        Assert.Equal("three\nacc\nrisk\naccount_key\nnull", shown);
        Assert.Equal("1", await ShownAsync("datastore", "lake", "length(tags)"));
        Assert.Equal("sas_token", signed);
        Assert.Equal("null", await ShownAsync("datastore", "lake", "to_string(credentials)"));
        await RefusedAsync("The name and the type of a datastore do not change; create another one.", "datastore", "update", "-n", "lake", "--set", "name=other");
        await RefusedAsync("--set: say what is to change.", "datastore", "update", "-n", "lake");
        await RefusedAsync("--name: say which datastore, or give a definition with --file.", "datastore", "update", "--set", "description=x");
        await RefusedAsync("--remove tags.gone: there is nothing of this name to remove.", "datastore", "update", "-n", "lake", "--remove", "tags.gone");
        var unknown = await _server.RunAsync("datastore", "update", "-n", "none", "--set", "description=x");
        Assert.Equal((1, "Datastore 'none' does not exist."), (unknown.Code, unknown.Errors));
    }

    [Fact]
    public async Task A_connection_is_changed_by_set_add_and_remove()
    {
        await _server.WriteAsync(
            "db.yml", "name: db\ntype: s3\ntarget: bucket\ndescription: First.\ntags: {a: b}\ncredentials: {type: access_key, access_key_id: id, secret_access_key: first}\n");
        await _server.CallAsync("connection", "create", "-f", _server.File("db.yml"));

        await _server.CallAsync("connection", "update", "-n", "db", "--set", "target=other", "--add", "tags", "team=risk", "--remove", "description", "--remove", "tags.a");

        Assert.Equal("other\nrisk\nnull\naccess_key", await ShownAsync("connection", "db", "[target, tags.team, to_string(description), credentials.type]"));
        await RefusedAsync("--set: say what is to change.", "connection", "update", "-n", "db");
        var type = await _server.RunAsync("connection", "update", "-n", "db", "--set", "type=s4");
        Assert.Equal((2, true), (type.Code, type.Errors.StartsWith("--set type=s4: type: 's4' is not allowed", StringComparison.Ordinal)));
        await RefusedAsync("--remove tags.gone: there is nothing of this name to remove.", "connection", "update", "-n", "db", "--remove", "tags.gone");
    }

    [Fact]
    public async Task A_batch_endpoint_and_its_deployment_are_changed_without_their_files()
    {
        await _server.WriteAsync("src/say.txt", "hello");
        await _server.WriteAsync("say.yml", "name: say\nversion: 1\ntype: pipeline\njobs:\n  say: {command: cat say.txt, code: ./src, environment: 'azureml:any@latest'}\n");
        await _server.WriteAsync("deployment.yml", "name: first\nendpoint_name: scores\ntype: pipeline\ncomponent: ./say.yml\nsettings: {continue_on_step_failure: false}\ntags: {a: b}\n");
        await _server.CallAsync("batch-endpoint", "create", "-n", "scores", "--description", "First.", "--set", "tags.a=b");
        await _server.CallAsync("batch-deployment", "create", "-f", _server.File("deployment.yml"));

        await _server.CallAsync(
            "batch-deployment", "update", "-e", "scores", "-n", "first", "--set", "settings.continue_on_step_failure=true", "--add", "tags", "team=risk", "--remove", "tags.a", "--set-default");
        await _server.CallAsync("batch-endpoint", "update", "-n", "scores", "--add", "tags", "owner=ana", "--remove", "tags.a", "--remove", "description");

        Assert.Equal(
            "true\nrisk\nnull",
            await _server.CallAsync("batch-deployment", "show", "-e", "scores", "-n", "first", "--query", "[definition.settings.continue_on_step_failure, definition.tags.team, to_string(definition.tags.a)]", "-o", "tsv"));
        Assert.Equal("first\nana\n1", await ShownAsync("batch-endpoint", "scores", "[defaults.deployment_name, tags.owner, to_string(length(tags))]"));
        var job = await _server.CallAsync("batch-endpoint", "invoke", "-n", "scores", "--query", "name", "-o", "tsv");
        await _server.RunAsync("job", "stream", "-n", job);
        Assert.Equal("hello", await _server.CallAsync("job", "log", "-n", job));
        await RefusedAsync("The name, the endpoint and the type of a batch deployment do not change; create another one.", "batch-deployment", "update", "-e", "scores", "-n", "first", "--set", "name=other");
        await RefusedAsync("--endpoint-name: say which deployment, or give a definition with --file.", "batch-deployment", "update", "-n", "first", "--set", "description=x");
        await RefusedAsync("--set: say what is to change.", "batch-deployment", "update", "-e", "scores", "-n", "first");
        await RefusedAsync(
            "--remove defaults: an endpoint keeps its default deployment until another one is set, or it is deleted.", "batch-endpoint", "update", "-n", "scores", "--remove", "defaults");
        var unknown = await _server.RunAsync("batch-deployment", "update", "-e", "scores", "-n", "none", "--set", "description=x");
        Assert.Equal((1, "Batch deployment 'scores/none' does not exist."), (unknown.Code, unknown.Errors));
    }

    private Task<string> ShownAsync(string group, string name, string query) => _server.CallAsync(group, "show", "-n", name, "--query", query, "-o", "tsv");

    private async Task RefusedAsync(string sentence, params string[] arguments)
    {
        var (code, _, errors) = await _server.RunAsync(arguments);
        Assert.Equal((2, sentence), (code, errors));
    }
}
