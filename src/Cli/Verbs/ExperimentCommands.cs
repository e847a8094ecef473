using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway experiment: what runs are grouped by.</summary>
internal static class ExperimentCommands
{
    public static Command Create() => new("experiment", "Experiments: groups of tracked runs.") { List(), Purge() };

    private static Command List() =>
        ApiVerb.Create("list", "List the experiments that are not deleted.", [], async (client, _, format, ct) =>
        {
            var experiments = (await client.GetAsync("api/v1/experiments", ct))["experiments"]!.AsArray();
            Printer.List(experiments, ["id", "name", "createdAt", "updatedAt"], format);
            return 0;
        });

    private static Command Purge()
    {
        var days = PurgeVerb.Days();
        var rehearsal = PurgeVerb.DryRun();
        return ApiVerb.Create(
            "purge",
            "Delete for good the experiments that were deleted some days ago, with their runs, traces and data sets.",
            [days, rehearsal],
            (client, parsed, format, ct) => PurgeVerb.RunAsync(
                client, "api/v1/experiments/purge", PurgeVerb.Body(parsed, days, rehearsal), format, ct));
    }
}
