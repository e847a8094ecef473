using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute;

/// <summary>A command line, as Azure ML's command jobs and components run it.</summary>
internal sealed class CommandStep(CommandRunner commands) : IStepKind
{
    public string Name => "command";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("command", FieldType.Text, Required: true, "The command line, run by bash in a copy of the code."),
        new("code", FieldType.File, Required: false, "The folder whose content becomes the working directory."),
        new("environment", FieldType.Map, Required: false, "What it runs in: Python packages, or an image where containers are on."),
        new("distribution", FieldType.Map, Required: false, "How several processes share the work."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        // What a command needs beyond the contract (its job, its variables, a log that takes bytes) is the executor's.
        var run = (StepRun)step;
        RefuseDistribution(run.Settings);
        await commands.RunAsync(
            run, run.Settings["code"]?.GetValue<string>(), _ => Task.FromResult(run.Settings["command"]!.GetValue<string>()), ct);
    }

    private static void RefuseDistribution(JsonObject settings)
    {
        if (settings["distribution"] is not JsonObject distribution)
            return;

        var count = distribution["process_count_per_instance"]?.ToString() ?? distribution["worker_count"]?.ToString() ?? "1";
        if (int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var processes) && processes > 1)
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented,
                $"distribution asks for {processes} processes; local compute runs one. Set it to 1 or leave distribution out.");
        }
    }
}
