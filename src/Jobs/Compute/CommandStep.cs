using Slipway.Jobs.Compute.Distributed;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;

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
        new("distribution", FieldType.Map, Required: false, "How several processes of one machine share the work."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        // What a command needs beyond the contract (its job, its variables, a log that takes bytes) is the executor's.
        var run = (StepRun)step;
        var distribution = Distribution.Read(run.Settings, TaskResources.Read(run.Step.Resources).Machines);
        var command = run.Settings["command"]!.GetValue<string>();
        await commands.RunAsync(
            run,
            run.Settings["code"]?.GetValue<string>(),
            place => LineAsync(run, place, distribution, command, ct),
            ct);
    }

    private static Task<string> LineAsync(StepRun run, CommandPlace place, Distribution? distribution, string command, CancellationToken ct)
    {
        var machines = TaskResources.Read(run.Step.Resources).Machines;
        if (distribution is null)
            return Task.FromResult(command);
        var isSpread = place.HasNodes && machines > 1;
        if (distribution.Processes > 1)
            run.Log.WriteLine($"[{distribution.Type}: {distribution.Processes} processes on {(isSpread ? $"{machines} nodes" : "one machine")}.]");
        return isSpread
            ? Launch.OnNodesAsync(distribution, command, machines, run.Folders.Work, ct)
            : Task.FromResult(Launch.Command(distribution, command));
    }
}
