using System.Collections.Concurrent;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>A job that this process works on.</summary>
internal sealed class ActiveJob(JobRecord record, ITracking tracking)
{
    private readonly ConcurrentDictionary<int, RunningStep> _running = [];
    private readonly Lock _gate = new();
    private Task<Run>? _run;

    public JobRecord Record { get; } = record;

    /// <summary>True once a step of it was marked as running.</summary>
    public bool IsStarted { get; set; }

    public bool HasRunning => !_running.IsEmpty;

    public IEnumerable<RunningStep> Running => _running.Values;

    public void Add(RunningStep step) => _running[step.Position] = step;

    public void Remove(RunningStep step) => _running.TryRemove(new(step.Position, step));

    public RunningStep? FindRunning(int position) => _running.GetValueOrDefault(position);

    /// <param name="always">Also the step that runs whatever happens.</param>
    public void StopSteps(string reason, bool always)
    {
        foreach (var step in _running.Values.Where(step => always || !Record.Plan.Steps[step.Position].Always))
            step.Stop(StopCause.JobStopped, reason);
    }

    /// <summary>Starts the job's tracking run, or finds it started.</summary>
    public Task<Run> StartRunAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_run is null || _run.IsFaulted || _run.IsCanceled)
                _run = StartAsync();
            return _run.WaitAsync(ct);
        }
    }

    /// <summary>Starts the tracking run of a step; that of the only step of a job is the job's own.</summary>
    public async Task<Run> StartRunAsync(StepRow step, CancellationToken ct)
    {
        var parent = await StartRunAsync(ct);
        if (step.RunId == Record.Id)
            return parent;

        var planned = Record.Plan.Steps[step.Position];
        return await tracking.StartRunAsync(
            Record.Caller,
            new NewRun
            {
                Id = step.RunId,
                Experiment = Record.Experiment,
                Name = planned.DisplayName ?? planned.Name,
                ParentRunId = Record.Id,
                Tags = Tags(planned.Tags, planned.Name),
            },
            ct);
    }

    // Other steps wait for the same task: it must not end with the one that happened to be first.
    private Task<Run> StartAsync() => tracking.StartRunAsync(
        Record.Caller,
        new NewRun
        {
            Id = Record.Id,
            Experiment = Record.Experiment,
            Name = Record.DisplayName ?? Record.Name,
            ParentRunId = Record.ParentRunId,
            Tags = Tags(Record.Tags, null),
        },
        CancellationToken.None);

    private Dictionary<string, string> Tags(IReadOnlyDictionary<string, string> given, string? step)
    {
        var tags = new Dictionary<string, string>(given)
        {
            ["slipway.job"] = Record.Name,
            ["mlflow.user"] = Record.Caller.Principal,
            ["mlflow.source.type"] = "JOB",
            ["mlflow.source.name"] = Record.Name,
        };
        if (step is not null)
            tags["slipway.step"] = step;
        return tags;
    }
}
