using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway gc: contents that nothing refers to any more.</summary>
internal static class CollectionCommands
{
    private static readonly string[] s_columns =
        ["id", "state", "dryRun", "phase", "objects", "unreferenced", "deleted", "freedBytes", "createdAt", "error"];

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    public static Command Create() => new("gc", "Free the space of contents that no record refers to any more.")
    {
        Run(),
        Status(),
        List(),
    };

    public static Command WhyKept()
    {
        var of = new Argument<string>("of") { Description = "sha256:…, or NAME:VERSION of a data asset." };
        return ApiVerb.Create("why-kept", "Tell which records keep a content from being collected.", [of], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"api/v1/content/why-kept?of={Uri.EscapeDataString(parsed.GetValue(of)!)}", ct), format);
            return 0;
        });
    }

    private static Command Run()
    {
        var dry = new Option<bool>("--dry-run") { Description = "Only tell what has no reference and what would be deleted." };
        var grace = new Option<string?>("--grace")
        {
            Description = "How long a content must have been without a reference: 24h (the server's default), 7d; at least 1h.",
        };
        var noWait = new Option<bool>("--no-wait") { Description = "Start it and do not wait for its end." };
        return ApiVerb.Create(
            "run", "Condemn what has no reference, and delete what was condemned before the grace began.", [dry, grace, noWait],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject { ["dryRun"] = parsed.GetValue(dry), ["grace"] = parsed.GetValue(grace) };
                var run = (await client.PostAsync("api/v1/gc/runs", body, ct))!;
                if (!parsed.GetValue(noWait))
                    run = await EndAsync(client, run["id"]!.GetValue<string>(), ct);
                Printer.Show(run, format);
                if (run["state"]!.GetValue<string>() != "failed")
                    return 0;
                throw new SlipwayException(ErrorCode.Unavailable, $"The collection failed: {run["error"]}");
            });
    }

    private static Command Status() => ApiVerb.Create(
        "status", "Tell what waits for the end of its grace, and how the last collection went.", [], async (client, _, format, ct) =>
        {
            Printer.Show(await client.GetAsync("api/v1/gc", ct), format);
            return 0;
        });

    private static Command List() => ApiVerb.Create("list", "List the collections, newest first.", [], async (client, _, format, ct) =>
    {
        Printer.List((await client.GetAsync("api/v1/gc/runs", ct))["runs"]!.AsArray(), s_columns, format);
        return 0;
    });

    private static async Task<JsonNode> EndAsync(SlipwayClient client, string id, CancellationToken ct)
    {
        while (true)
        {
            var run = await client.GetAsync($"api/v1/gc/runs/{id}", ct);
            if (run["endedAt"] is not null)
                return run;
            await Task.Delay(s_look, ct);
        }
    }
}
