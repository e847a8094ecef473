using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job: jobs and pipelines.</summary>
internal static class JobCommands
{
    private static readonly string[] s_columns = ["name", "type", "experimentName", "status", "createdAt", "message"];

    public static Command Create() => new("job", "Jobs and pipelines.") { CreateJob(), List(), Show(), Cancel(), Log() };

    private static Command CreateJob()
    {
        var file = new Option<string>("--file", "-f") { Description = "The job's or pipeline's YAML.", Required = true };
        var name = new Option<string?>("--name", "-n") { Description = "Default: the definition's name, else a generated one." };
        var set = new Option<string[]>("--set") { Description = "Edits of the definition: inputs.week=3.", AllowMultipleArgumentsPerToken = true };
        var stream = new Option<bool>("--stream", "-s") { Description = "Wait for the end and print the logs." };
        return ApiVerb.Create("create", "Submit a job.", [file, name, set, stream], async (client, parsed, format, ct) =>
        {
            var definition = JobFile.Read(parsed.GetValue(file)!, parsed.GetValue(set) ?? []);
            var job = await definition.SubmitAsync(client, parsed.GetValue(name), ct);
            if (parsed.GetValue(stream))
            {
                job = await client.Jobs.WaitAsync(job.Name, ct);
                Console.Write(await client.GetTextAsync($"api/v1/jobs/{Uri.EscapeDataString(job.Name)}/logs", ct));
            }

            Printer.Show(await client.GetAsync($"api/v1/jobs/{Uri.EscapeDataString(job.Name)}", ct), format);
            return job.Status is "Failed" or "Canceled" ? 1 : 0;
        });
    }

    private static Command List() => ApiVerb.Create("list", "List jobs, newest first.", [], async (client, _, format, ct) =>
    {
        Printer.List((await client.GetAsync("api/v1/jobs", ct))["jobs"]!.AsArray(), s_columns, format);
        return 0;
    });

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a job and its steps.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"api/v1/jobs/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), format);
            return 0;
        });
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
        return ApiVerb.Create("log", "Print the logs of a job's steps.", [name, step], async (client, parsed, _, ct) =>
        {
            var query = parsed.GetValue(step) is { } only ? $"?step={Uri.EscapeDataString(only)}" : "";
            Console.Write(await client.GetTextAsync($"api/v1/jobs/{Uri.EscapeDataString(parsed.GetValue(name)!)}/logs{query}", ct));
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The job's name.", Required = true };
}
