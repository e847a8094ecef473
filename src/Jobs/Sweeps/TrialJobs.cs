using System.Data;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Sweeps;

/// <summary>Starts and ends the jobs that are a sweep's trials.</summary>
internal sealed class TrialJobs(
    JobSubmission submission, JobStore jobs, ActiveJobs active, ITracking tracking, Database database, TimeProvider time)
{
    public async Task StartAsync(StepRun sweep, int number, IReadOnlyList<double> point, Dictionary<string, string> parameters, CancellationToken ct)
    {
        var record = Record(sweep, number, parameters);
        var added = await submission.AddAsync(
            record,
            new NewJob { Source = $"{record.Name}.yml", Yaml = $"# Trial {number} of {sweep.StepId}\n" },
            async (tx, token) =>
            {
                var chosen = JsonSerializer.Serialize([.. point], JobsJson.Default.DoubleArray);
                if (!await TrialStore.AddAsync(tx, sweep.RunId, number, record.Id, chosen, JobsJson.Write(parameters), token))
                    throw SlipwayException.Conflict($"Another worker runs the sweep {sweep.StepId} by now.");
            },
            ct);
        if (!added)
            throw SlipwayException.Conflict($"A job '{record.Name}' exists, and the sweep's trial would be called so; give the sweep another name.");
    }

    /// <summary>Asks a trial to end.</summary>
    public async Task EndAsync(TrialRow trial, string message, CancellationToken ct)
    {
        await database.WriteAsync(
            IsolationLevel.ReadCommitted, (tx, token) => jobs.RequestCancelAsync(tx, trial.JobId, message, token), ct);
        active.Peek(trial.JobId)?.StopSteps(message, always: true);
    }

    /// <summary>Asks all trials that are not over to end.</summary>
    public Task EndAllAsync(StepRun sweep, string message, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted, (tx, token) => TrialStore.CancelAsync(tx, sweep.Job.Id, sweep.Step.Name, message, token), ct);

    /// <summary>Writes what it was tried with into its run, unless the script has: a script may spell a value another way.</summary>
    public async Task NoteParametersAsync(Caller caller, TrialRow trial, CancellationToken ct)
    {
        var run = await tracking.FindRunAsync(caller, trial.JobId, ct);
        var missing = JobsJson.ReadMap(trial.Parameters).Where(pair => run?.Params.ContainsKey(pair.Key) == false).ToDictionary();
        if (missing.Count > 0)
            await tracking.LogAsync(caller, trial.JobId, [], missing, new Dictionary<string, string>(), ct);
    }

    private JobRecord Record(StepRun sweep, int number, Dictionary<string, string> parameters)
    {
        var trial = sweep.Step.Trial!;
        var name = sweep.Job.IsPipeline ? $"{sweep.JobName}_{sweep.Step.Name.Replace('.', '_')}" : sweep.JobName;
        name = JobNames.Check(string.Create(CultureInfo.InvariantCulture, $"{name}_{number}"));
        return new JobRecord
        {
            Id = Ids.New(time),
            Caller = sweep.Caller,
            Name = name,
            Type = trial.Kind,
            Experiment = sweep.Job.Experiment,
            DisplayName = name,
            ParentName = sweep.JobName,
            ParentRunId = sweep.RunId,
            Tags = new Dictionary<string, string>(trial.Tags)
            {
                ["hyperparameters"] = JobsJson.Write(parameters),
                ["slipway.trial"] = number.ToString(CultureInfo.InvariantCulture),
            },
            Plan = new JobPlan
            {
                Steps = [Step(trial, name, sweep.Resolved, parameters)],
                ContinueOnStepFailure = false,
                ForceRerun = sweep.Job.Plan.ForceRerun,
                Outputs = [.. trial.Outputs.Select(output => new PlannedJobOutput(output.Name, 0, output.Name))],
            },
            Trace = JobTrace.Begin(),
        };
    }

    private static PlannedStep Step(
        PlannedStep trial, string name, IReadOnlyList<ResolvedInput> resolved, Dictionary<string, string> parameters)
    {
        var given = resolved.Where(input => !parameters.ContainsKey(input.Name)).Select(input =>
            new PlannedInput { Name = input.Name, Type = input.Type, Optional = true, Source = Source(input) });
        var tried = parameters.Select(pair => new PlannedInput { Name = pair.Key, Source = new LiteralSource(pair.Value) });
        var settings = Placeholders.Fill(
            trial.Settings, expression => expression.Kind == ExpressionKind.SearchSpace ? parameters.GetValueOrDefault(expression.Name) : null);
        return trial with { Name = name, Inputs = [.. given, .. tried], Settings = (JsonObject)settings! };
    }

    // What the sweep found when it began, so that all trials read the same.
    private static InputSource Source(ResolvedInput input) => input switch
    {
        { Literal: { } text } => new LiteralSource(text),
        { Data: { } data } => new ReferenceSource($"azureml:{data.Name}:{data.Version}"),
        { Model: { } model } => new ReferenceSource($"azureml:{model.Model}:{model.Number}"),
        { Tree: { } tree } => new FileSource(new PlannedFile(tree, input.LocalName ?? "")),
        _ => new MissingSource(),
    };
}
