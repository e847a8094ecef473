using System.Text.Json.Nodes;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>Somebody asks afterwards who changed a run and a model, and what it was before.</summary>
public sealed class HistoryStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_became_of_a_run_and_of_a_model_is_told_in_order()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var run = (string)(await MlflowAsync(server, "runs/create", """{"experiment_id": "0", "run_name": "first"}"""))["run"]!["info"]!["run_id"]!;
        await MlflowAsync(server, "runs/set-tag", $$"""{"run_id": "{{run}}", "key": "owner", "value": "ana"}""");
        await MlflowAsync(server, "runs/set-tag", $$"""{"run_id": "{{run}}", "key": "owner", "value": "eva"}""");
        await MlflowAsync(server, "runs/update", $$"""{"run_id": "{{run}}", "status": "FINISHED", "run_name": "best"}""");
        await MlflowAsync(server, "experiments/create", """{"name": "team/kept"}""");
        await CallAsync(server, 0, "run", "move", run, "--to", "team/kept");
        await MlflowAsync(server, "runs/delete", $$"""{"run_id": "{{run}}"}""");
        await MlflowAsync(server, "registered-models/create", """{"name": "fraud"}""");
        foreach (var source in new[] { "s3://models/1", "s3://models/2" })
            await MlflowAsync(server, "model-versions/create", $$"""{"name": "fraud", "source": "{{source}}"}""");
        foreach (var version in new[] { 1, 2 })
            await MlflowAsync(server, "registered-models/alias", $$"""{"name": "fraud", "alias": "champion", "version": "{{version}}"}""");

        var ofRun = await CallAsync(server, 0, "run", "history", run, "-o", "tsv", "--query", "[].[act, key, before, after]");
        var ofModel = await CallAsync(server, 0, "model", "history", "fraud", "-o", "tsv", "--query", "[].[number, act, principal, reason]");
        var absent = await CallAsync(server, 1, "run", "history", "none");
        var none = await CallAsync(server, 1, "model", "history", "none");

        Assert.Equal(
            """
            created	None	None	None
            tag	owner	None	ana
            tag	owner	ana	eva
            status	None	RUNNING	FINISHED
            name	None	first	best
            moved	None	0	1
            deleted	None	None	None

            """,
            ofRun.Output);
        Assert.Equal(
            """
            None	created	local	created
            1	registered	local	registered
            2	registered	local	registered
            1	alias	local	champion: set by local
            2	alias	local	champion: set by local

            """,
            ofModel.Output);
        Assert.Contains("none", absent.Error, StringComparison.Ordinal);
        Assert.Contains("none", none.Error, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> MlflowAsync(ServerProcess server, string path, string body) =>
        (await server.Client.PostAsync("api/2.0/mlflow/" + path, JsonNode.Parse(body)!, Ct))!;

    private static async Task<Executable.Finished> CallAsync(ServerProcess server, int code, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", server.Url]);
        Assert.True(call.ExitCode == code, $"{call.ExitCode}: {call.Output}{call.Error}");
        return call;
    }
}
