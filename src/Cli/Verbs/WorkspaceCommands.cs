using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway workspace: the tenants of a server.</summary>
internal static class WorkspaceCommands
{
    private static readonly string[] s_columns = ["name", "description", "createdAt", "createdBy"];

    public static Command Create() => new("workspace", "Workspaces: what data, runs, models, jobs and endpoints belong to.")
    {
        Add(),
        List(),
        Show(),
        Update(),
        Delete(),
    };

    private static Command Add()
    {
        var name = Name();
        var description = Description();
        return ApiVerb.Create(
            "create",
            "Make a workspace; you become its administrator.",
            [name, description],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject { ["name"] = parsed.GetValue(name), ["description"] = parsed.GetValue(description) };
                Printer.Show((await client.PostAsync("api/v1/workspaces", body, ct))!, format);
                return 0;
            });
    }

    private static Command List() =>
        ApiVerb.Create("list", "List the workspaces that you have a role in.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/workspaces", ct))["workspaces"]!.AsArray(), s_columns, format);
            return 0;
        });

    private static Command Show()
    {
        var name = Name();
        name.Required = false;
        name.Description = "The workspace's name. Default: the one of --workspace-name.";
        return ApiVerb.Create("show", "Show a workspace, and where MLflow's clients find it.", [name], async (client, parsed, format, ct) =>
        {
            var shown = await client.GetAsync(Route(parsed.GetValue(name) ?? client.Workspace), ct);
            shown["mlflowTrackingUri"] = client.Server.ToString().TrimEnd('/');
            Printer.Show(shown, format);
            return 0;
        });
    }

    private static Command Update()
    {
        var name = Name();
        var description = Description();
        return ApiVerb.Create("update", "Describe a workspace anew.", [name, description], async (client, parsed, format, ct) =>
        {
            var text = parsed.GetValue(description) ?? throw SlipwayException.Invalid("There is nothing to change: give --description.");
            Printer.Show(
                (await client.PatchAsync(Route(parsed.GetValue(name)!), new JsonObject { ["description"] = text }, ct))!, format);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name();

        var mode = new Option<string>("--mode")
        {
            Description = "What becomes of what it holds: restrict (it must hold nothing), cascade (all is deleted; running jobs and endpoints must be ended first), set-default (experiments and models go to the workspace 'default'; anything else forbids it).",
            DefaultValueFactory = _ => "restrict",
        };

        // Scripts for Azure say that they mean it; here nobody is asked.
        var yes = new Option<bool>("--yes", "-y") { Hidden = true };
        return ApiVerb.Create(
            "delete",
            "Delete a workspace, by default only one that holds nothing any more; its audit and lineage stay.",
            [name, mode, yes],
            async (client, parsed, _, ct) =>
            {
                await client.DeleteAsync($"{Route(parsed.GetValue(name)!)}?mode={Uri.EscapeDataString(parsed.GetValue(mode)!)}", ct);
                return 0;
            });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The workspace's name.", Required = true };

    private static Option<string?> Description() => new("--description") { Description = "What it is for." };

    private static string Route(string name) => $"api/v1/workspaces/{Uri.EscapeDataString(name)}";
}
