using System.CommandLine;
using Slipway.Cli.Demo;
using Slipway.Cli.Verbs;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.CommandLine;

/// <summary>All verbs, and what becomes of their mistakes. Exit codes: 0 good, 1 failed, 2 misused.</summary>
internal static class CommandTree
{
    private const int Failed = 1;
    private const int Misused = 2;

    /// <param name="output">Only results go here; what is wrong goes to <paramref name="errors"/>.</param>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var parsed = Abbreviations.Parse(Build(), args);
        if (Misuses.Of(parsed) is { Count: > 0 } misuses)
        {
            foreach (var misuse in misuses)
                await errors.WriteLineAsync(misuse);
            await errors.WriteLineAsync("Add --help to see what it takes.");
            return Misused;
        }

        return await InvokeAsync(parsed, output, errors);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, TextWriter output, TextWriter errors)
    {
        using var interrupt = new Interrupt();
        try
        {
            return await parsed.InvokeAsync(Console(output, errors), interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Interrupted.");
            return 130;
        }
        catch (SlipwayException refusal)
        {
            await errors.WriteLineAsync(refusal.Message);
            return refusal.Code == ErrorCode.InvalidParameter ? Misused : Failed;
        }
        catch (SlipwayApiException refusal)
        {
            await errors.WriteLineAsync(refusal.Message);
            return refusal.Status == System.Net.HttpStatusCode.BadRequest ? Misused : Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A home, a summary or a pipe that cannot be written: the system's sentence names it.
            await errors.WriteLineAsync(exception.Message);
            return Failed;
        }
        catch (Exception exception) when (Environment.GetEnvironmentVariable("SLIPWAY_TRACE") is null)
        {
            // A defect of ours. People get a sentence; whoever reports it can ask for the trace.
            await errors.WriteLineAsync(
                $"Slipway failed: {exception.Message} This is a defect; SLIPWAY_TRACE=1 shows where.");
            return Failed;
        }
    }

    private static InvocationConfiguration Console(TextWriter output, TextWriter errors) => new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
        Output = output,
        Error = errors,
    };

    internal static RootCommand Build()
    {
        var root = new RootCommand("Slipway: data, training, registry, serving, monitoring and retraining as one program.");
        foreach (var command in Making().Concat(Serving()).Concat(Watching()))
            root.Subcommands.Add(command);
        HelpWithExamples.Add(root);
        return root;
    }

    // In the order in which --help tells them.
    private static IEnumerable<Command> Making() =>
    [
        DemoCommand.Create(),
        ServerCommand.Create(),
        ServeCommand.Create(),
        WorkerCommand.Create(),
        DataCommands.Create(),
        WorkspaceCommands.Create(),
        DatastoreCommands.Create(),
        ConnectionCommands.Create(),
        CollectionCommands.Create(),
        SqlCommand.Create(),
        JobCommands.Create(),
        ScheduleCommands.Create(),
        SecretCommands.Create(),
        AuditCommands.Create(),
        ComputeCommands.Create(),
        DataflowCommands.Create(),
        ExperimentCommands.Create(),
        AssetCommands.Components(),
        AssetCommands.Environments(),
        RunCommands.Create(),
        ModelCommands.Create(),
        MlflowCommands.Create(),
        LineageCommands.Create(),
    ];

    private static IEnumerable<Command> Serving() =>
    [
        EndpointCommands.Create(),
        DeploymentCommands.Create(),
        BatchEndpointCommands.Create(),
        BatchDeploymentCommands.Create(),
        RolloutCommands.Create(),
        ReplayCommand.Create(),
    ];

    private static IEnumerable<Command> Watching() =>
    [
        MonitorCommands.Create(),
        RetrainingCommands.Create(),
        BacktestRunCommands.Create(),
        AlertCommands.Create(),
        AlertRuleCommands.Create(),
        AnomalyCommands.Create(),
        SeriesCommands.Create(),
        ReceiverCommands.Create(),
        SilenceCommands.Create(),
        IncidentCommands.Create(),
        DeliveryCommands.Create(),
        ValidateCommand.Create(),
        SchemaCommand.Create(),
    ];
}
