using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job: jobs and pipelines.</summary>
internal static class JobCommands
{
    public static Command Create() => new("job", "Jobs and pipelines.")
    {
        CreateJob(), JobList.Create(), Show(), Stream(), Cancel(), Log(), JobDownload.Create(), JobTrials.Create(), JobLeaderboard.Create(), ExplainCache(),
        JobUpdate.Update(),
        JobUpdate.Archive("archive", "Leave a job out of listings.", archived: true),
        JobUpdate.Archive("restore", "List an archived job again.", archived: false),
    };

    private static Command CreateJob()
    {
        var file = DefinitionOptions.File("a job or pipeline");
        var name = new Option<string?>("--name", "-n") { Description = "Default: the definition's name, else a generated one." };
        var set = DefinitionOptions.Set();
        var stream = new Option<bool>("--stream", "-s") { Description = "Wait for the end; the logs go to stderr as they come." };
        var web = DefinitionOptions.Web();
        var tags = new Option<string[]>("--tags") { Description = "KEY=VALUE …, over those in the file.", AllowMultipleArgumentsPerToken = true };
        var save = new Option<string?>("--save-as", "-a") { Description = "A file for the job as YAML, as the server shows it." };
        return ApiVerb.Create("create", "Submit a job.", [file, name, set, tags, stream, save, web], async (client, parsed, format, ct) =>
        {
            if (parsed.GetValue(save) is { } path && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
                throw SlipwayException.Invalid($"--save-as: there is no folder for '{path}'.");
            DefinitionEdit[] edits =
            [
                .. parsed.GetValue(set) ?? [],
                .. (parsed.GetValue(tags) ?? []).Select(tag => new DefinitionEdit($"tags.{tag}", $"--tags {tag}")),
            ];
            var definition = JobFile.Read(parsed.GetValue(file)!, edits);
            var job = await definition.SubmitAsync(client, parsed.GetValue(name), ct);
            if (parsed.GetValue(web))
                StudioLinks.Tell(client, "jobs", job.Name, format);
            return await ShowAsync(client, job.Name, parsed.GetValue(stream), format, ct, parsed.GetValue(save));
        });
    }

    /// <summary>Prints a job that was submitted, perhaps after its end; the exit code is its own.</summary>
    /// <param name="file">Where it is written to as well; null: nowhere.</param>
    public static async Task<int> ShowAsync(
        SlipwayClient client, string name, bool follow, OutputStyle format, CancellationToken ct, string? file = null)
    {
        if (follow)
            await FollowAsync(client, name, format.Error, format.Error, ct);
        var shown = await ShowAsync(client, name, ct);
        if (file is not null)
            await File.WriteAllTextAsync(file, YamlOutput.Of(AzureNames.Of(shown)!), ct);
        Printer.Show(shown, format);
        return ExitCode(shown);
    }

    private static Command Show()
    {
        var name = Name();
        var web = DefinitionOptions.Web();
        return ApiVerb.Create("show", "Show a job and its steps.", [name, web], async (client, parsed, format, ct) =>
        {
            var shown = await ShowAsync(client, parsed.GetValue(name)!, ct);
            if (parsed.GetValue(web))
                StudioLinks.Tell(client, "jobs", parsed.GetValue(name)!, format);
            Printer.Show(shown, format);
            return 0;
        });
    }

    private static Command Stream()
    {
        var name = Name();
        return ApiVerb.Create("stream", "Print the logs of a job as they come, until it ends.", [name], async (client, parsed, format, ct) =>
            await FollowAsync(client, parsed.GetValue(name)!, format.Out, format.Error, ct));
    }

    private static Command Cancel()
    {
        var name = Name();
        return ApiVerb.Create("cancel", "Cancel a job and its steps.", [name], async (client, parsed, _, ct) =>
        {
            await client.Jobs.CancelAsync(parsed.GetValue(name)!, ct);
            return 0;
        });
    }

    private static Command Log()
    {
        var name = Name();
        var step = new Option<string?>("--step") { Description = "Only this step." };
        var grep = new Option<string?>("--grep") { Description = "Only the lines that match this regular expression." };
        return ApiVerb.Create("log", "Print the logs of a job's steps.", [name, step, grep], async (client, parsed, format, ct) =>
        {
            if (parsed.GetValue(grep) is { } pattern)
                return await SearchAsync(client, parsed.GetValue(name)!, pattern, parsed.GetValue(step), format, ct);
            var query = parsed.GetValue(step) is { } only ? $"?step={Uri.EscapeDataString(only)}" : "";
            await format.Out.WriteAsync(await client.GetTextAsync($"{RouteOf(parsed.GetValue(name)!)}/logs{query}", ct));
            return 0;
        });
    }

    private static async Task<int> SearchAsync(
        SlipwayClient client, string name, string pattern, string? step, OutputStyle format, CancellationToken ct)
    {
        var query = $"?pattern={Uri.EscapeDataString(pattern)}" + (step is null ? "" : $"&step={Uri.EscapeDataString(step)}");
        var found = await client.GetAsync($"{RouteOf(name)}/logs/search{query}", ct);
        foreach (var line in found["lines"]!.AsArray())
            await format.Out.WriteLineAsync($"{line!["step"]}:{line["line"]}: {line["text"]}");
        if (found["truncated"]!.GetValue<bool>())
            await format.Error.WriteLineAsync("There are more; name a step, or a narrower pattern.");
        return found["lines"]!.AsArray().Count == 0 ? 1 : 0;
    }

    private static Command ExplainCache()
    {
        var name = Name();
        return ApiVerb.Create("explain-cache", "Tell for each step whether its result was reused, and if not which input changed.", [name], async (client, parsed, format, ct) =>
        {
            var steps = (await client.GetAsync($"{RouteOf(parsed.GetValue(name)!)}/cache", ct))["steps"]!.AsArray();
            Printer.List(steps, ["step", "outcome", "reason", "comparedWith"], format);
            return 0;
        });
    }

    /// <summary>Prints what the steps write; what state they are in goes to the other writer.</summary>
    private static async Task<int> FollowAsync(SlipwayClient client, string name, TextWriter logs, TextWriter states, CancellationToken ct)
    {
        var code = 0;
        await foreach (var happened in client.Jobs.FollowAsync(name, ct))
        {
            if (happened.Text is { } text)
                await logs.WriteAsync(text);
            if (happened.Status is not { } status)
                continue;
            var why = happened.Message is { } message ? $": {message}" : "";
            await states.WriteLineAsync(happened.Step is { } step ? $"[{step} {status}{why}]" : $"[Job {name} {status}{why}]");
            if (happened.Step is null)
                code = status is "Failed" or "Canceled" ? 1 : 0;
        }

        return code;
    }

    private static async Task<JsonNode> ShowAsync(SlipwayClient client, string name, CancellationToken ct) =>
        StudioLinks.WithServices(client, await client.GetAsync(RouteOf(name), ct));

    private static int ExitCode(JsonNode job) => job["status"]!.ToString() is "Failed" or "Canceled" ? 1 : 0;

    private static string RouteOf(string name) => $"api/v1/jobs/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The job's name.", Required = true };
}
