using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job update, archive and restore: what is said of a job, and whether it is listed.</summary>
internal static class JobUpdate
{
    public static Command Update()
    {
        var name = Name();
        var changes = new ChangeOptions("display_name=TEXT, tags.KEY=VALUE");
        return ApiVerb.Create("update", "Change a job's display name and tags.", [name, .. changes.All], async (client, parsed, format, ct) =>
        {
            var route = PathOf(parsed.GetValue(name)!);
            var kept = AzureNames.Of(await client.GetAsync(route, ct))!.AsObject();
            var changed = StoredChanges.Differences(kept, changes.Read(parsed), "job", "display_name", "tags");
            var body = new JsonObject { ["tags"] = changed["tags"]?.DeepClone() };
            if (changed.ContainsKey("display_name"))
                body["displayName"] = (string?)changed["display_name"] ?? "";
            Printer.Show(StudioLinks.WithServices(client, (await client.PatchAsync(route, body, ct))!), format);
            return 0;
        });
    }

    public static Command Archive(string verb, string description, bool archived)
    {
        var name = Name();
        return ApiVerb.Create(verb, description, [name], async (client, parsed, _, ct) =>
        {
            await client.PatchAsync(PathOf(parsed.GetValue(name)!), new JsonObject { ["archived"] = archived }, ct);
            return 0;
        });
    }

    private static string PathOf(string name) => $"api/v1/jobs/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The job's name.", Required = true };
}
