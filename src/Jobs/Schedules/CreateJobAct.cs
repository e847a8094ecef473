using System.Globalization;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Operations;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary><c>create_job</c>: submits the job with the schedule's overrides.</summary>
internal sealed class CreateJobAct(SubmitJob submit, UsedAssets assets, JobSubmission submission) : IScheduledAct
{
    /// <summary>As Azure ML marks the jobs of a schedule.</summary>
    public const string ScheduleTag = "azureml.scheduleName";

    public const string TimeTag = "slipway.triggerTime";

    /// <summary>The schedules whose jobs led to this one, one after the other.</summary>
    public const string ChainTag = "slipway.chain";

    public string Name => "create_job";

    public async Task CheckAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var job = JobOf(work);
        var (definition, whole, _) = await assets.ReadAsync(caller, job, ct);
        submission.Check(definition, job.Name!, whole);
    }

    public async Task<StartedWork> RunAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var job = await submit.RunAsync(caller, JobOf(work), ct);
        return new StartedWork(job.Name, $"run:{job.RunId}");
    }

    private static NewJob JobOf(ScheduledWork work)
    {
        var (yaml, inputs) = TriggeredJob.Merge(work);
        return new NewJob
        {
            Name = work.Name,
            Yaml = yaml,
            Source = work.FileSource,
            Files = work.Files,
            Inputs = inputs,
            Tags = Tags(work),
            ReturnExisting = true,
        };
    }

    private static Dictionary<string, string> Tags(ScheduledWork work)
    {
        var tags = new Dictionary<string, string>
        {
            [ScheduleTag] = work.Schedule,
            [TimeTag] = work.Time.UtcDateTime.ToString(TriggeredJob.TimeFormat, CultureInfo.InvariantCulture),
        };
        if (work.Facts.GetValueOrDefault(JobWatch.Chain) is { Length: > 0 } chain)
            tags[ChainTag] = chain;
        if (work.Facts.GetValueOrDefault(PushFacts.Commit) is { } commit)
            tags["azureml.git.commit"] = tags["mlflow.source.git.commit"] = commit;
        if (work.Facts.GetValueOrDefault(PushFacts.Branch) is { Length: > 0 } branch)
            tags["azureml.git.branch"] = tags["mlflow.source.git.branch"] = branch;
        if (work.Facts.GetValueOrDefault(PushFacts.Repository) is { Length: > 0 } repository)
            tags["azureml.git.repository_uri"] = tags["mlflow.source.git.repoURL"] = repository;
        return tags;
    }
}
