using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A workspace from its making to its end, as somebody at a terminal sees it.</summary>
public sealed class WorkspaceStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_workspace_is_made_used_described_and_deleted()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), TestContext.Current.CancellationToken);
        var address = server.Client.Server;

        var made = await SlipwayProgram.AskAsync(address, "workspace", "create", "--name", "team-a", "--description", "A", "--resource-group", "rg");
        var shown = await SlipwayProgram.AskAsync(address, "workspace", "show", "-n", "team-a");
        var changed = await SlipwayProgram.AskAsync(address, "workspace", "update", "-n", "team-a", "--description", "the A team");
        var listed = await SlipwayProgram.AskAsync(address, "workspace", "list", "-o", "json");
        await SlipwayProgram.AskAsync(address, "experiment", "list", "-w", "team-a", "-o", "json");
        var twice = await SlipwayProgram.RunAsync("workspace", "create", "-n", "team-a", "--server", address.ToString());
        var wrong = await SlipwayProgram.RunAsync("workspace", "create", "-n", "Team A", "--server", address.ToString());
        var nothing = await SlipwayProgram.RunAsync("workspace", "update", "-n", "team-a", "--server", address.ToString());
        await SlipwayProgram.AskAsync(address, "workspace", "create", "-n", "full");
        var full = new Slipway.Client.SlipwayClient(address, "full");
        await full.PostAsync("api/2.0/mlflow/experiments/create", new System.Text.Json.Nodes.JsonObject { ["name"] = "kept" }, TestContext.Current.CancellationToken);
        var restricted = await SlipwayProgram.RunAsync("workspace", "delete", "-n", "full", "--server", address.ToString());
        var odd = await SlipwayProgram.RunAsync("workspace", "delete", "-n", "full", "--mode", "all", "--server", address.ToString());
        var cascade = await SlipwayProgram.RunAsync("workspace", "delete", "-n", "full", "--mode", "cascade", "--server", address.ToString());
        full.Dispose();
        var deleted = await SlipwayProgram.RunAsync("workspace", "delete", "-n", "team-a", "--yes", "--server", address.ToString());
        var gone = await SlipwayProgram.RunAsync("workspace", "show", "-n", "team-a", "--server", address.ToString());

        Assert.Equal(("team-a", "local"), ((string)made["name"]!, (string)made["created_by"]!));
        Assert.Equal(address.ToString().TrimEnd('/'), (string)shown["mlflow_tracking_uri"]!);
        Assert.Equal(made.AsObject().Select(field => field.Value!.ToJsonString()), shown.AsObject().SkipLast(1).Select(field => field.Value!.ToJsonString()));
        Assert.Equal("the A team", (string)changed["description"]!);
        Assert.Equal(["default", "team-a"], listed.AsArray().Select(workspace => (string)workspace!["name"]!));
        Assert.Equal((1, "Workspace 'team-a' already exists."), (twice.ExitCode, twice.Error.Trim()));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("'Team A' is not a workspace name", wrong.Error, StringComparison.Ordinal);
        Assert.Equal((2, "There is nothing to change: give --description."), (nothing.ExitCode, nothing.Error.Trim()));
        Assert.Equal(1, restricted.ExitCode);
        Assert.Contains("experiments (1)", restricted.Error, StringComparison.Ordinal);
        Assert.Equal((2, "Invalid deletion mode 'all'. Must be one of: SET_DEFAULT, CASCADE, RESTRICT"), (odd.ExitCode, odd.Error.Trim()));
        Assert.Equal((0, ""), (cascade.ExitCode, cascade.Error));
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
        Assert.Equal((1, "Workspace 'team-a' not found."), (gone.ExitCode, gone.Error.Trim()));
    }
}
