using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>workspaceblobstore, which definitions of Azure ML take for granted.</summary>
public sealed class DefaultDatastoreTests : IAsyncLifetime
{
    private CommandServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await CommandServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_one_job_writes_into_the_default_datastore_another_reads()
    {
        await _server.WriteAsync(
            "write.yml",
            """
            type: pipeline
            settings: {default_datastore: "azureml:workspaceblobstore"}
            outputs:
              rows: {type: uri_folder, path: "azureml://datastores/${{default_datastore}}/paths/runs/${{name}}/${{output_name}}"}
            jobs:
              make:
                command: echo 42 > ${{outputs.rows}}/n.txt
                environment: azureml:any@latest
                outputs: {rows: "${{parent.outputs.rows}}"}
            """);
        await _server.WriteAsync(
            "read.yml",
            """
            type: command
            command: cat ${{inputs.rows}}/n.txt
            environment: azureml:any@latest
            inputs: {rows: {type: uri_folder, path: azureml://datastores/workspaceblobstore/paths/runs/first/rows}}
            """);

        await _server.CallAsync("job", "create", "-f", _server.File("write.yml"), "-n", "first", "--stream");
        await _server.CallAsync("job", "create", "-f", _server.File("read.yml"), "-n", "second", "--stream");

        Assert.Equal("42", await _server.CallAsync("job", "log", "-n", "second"));
        Assert.Equal("workspaceblobstore\tlocal", await _server.CallAsync("datastore", "list", "--query", "[].[name, type]", "-o", "tsv"));
    }

    [Fact]
    public async Task It_cannot_be_deleted_and_one_of_its_name_takes_its_place()
    {
        Directory.CreateDirectory(_server.File("mine"));
        await _server.WriteAsync("mine.yml", $"name: workspaceblobstore\ntype: file\npath: {_server.File("mine")}\n");

        var kept = await _server.RunAsync("datastore", "delete", "-n", "workspaceblobstore");
        await _server.CallAsync("datastore", "create", "-f", _server.File("mine.yml"));
        var mine = await _server.CallAsync("datastore", "list", "--query", "[].[name, type]", "-o", "tsv");
        await _server.CallAsync("datastore", "delete", "-n", "workspaceblobstore");

        Assert.Equal(1, kept.Code);
        Assert.StartsWith("Datastore 'workspaceblobstore' is the workspace's own and stays", kept.Errors, StringComparison.Ordinal);
        Assert.Equal("workspaceblobstore\tfile", mine);
        Assert.Equal("local", await _server.CallAsync("datastore", "show", "-n", "workspaceblobstore", "--query", "type", "-o", "tsv"));
    }
}
