using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>The ends of jobs.</summary>
internal sealed class JobWatch(JobStore jobs) : IWatch
{
    public const string Target = "job";

    /// <summary>The fact that holds the schedules that led to a job, one after the other.</summary>
    public const string Chain = "chain";

    public string Name => TriggerTables.Job;

    public string TargetOf(JsonObject trigger) => Target;

    public TimeSpan? PeriodOf(JsonObject trigger) => RecordWindow.Period;

    public Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct) =>
        Task.FromResult(Facts("job", "Completed", "experiment", ""));

    public Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct) => Task.FromResult(Seen.Nothing);

    public async Task<Seen> LookAsync(Schedule schedule, CancellationToken ct)
    {
        var trigger = schedule.TriggerFields();
        var ended = await jobs.EndedSinceAsync(schedule.Caller.Workspace, (string?)trigger["experiment"], RecordWindow.From(schedule), ct);
        var meant = ended.Select(job => (Job: job, Tags: JobsJson.ReadMap(job.Tags))).Where(pair => IsMeant(schedule, trigger, pair.Job, pair.Tags));
        return new Seen([.. meant.Select(pair => SightingOf(schedule, pair.Job, pair.Tags))]);
    }

    public async Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        var name = given.GetValueOrDefault("job") ?? throw SlipwayException.Invalid("Say which job it is for: --set job=NAME.");
        var job = await jobs.FindAsync(schedule.Caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        return Facts(job.Name, job.Status.ToString(), job.Experiment, "");
    }

    // What a schedule started never starts that schedule.
    private static bool IsMeant(Schedule schedule, JsonObject trigger, JobRow job, Dictionary<string, string> tags) =>
        tags.GetValueOrDefault(CreateJobAct.ScheduleTag) is var by && by != schedule.Name
        && ((string?)trigger["schedule"] is not { } wanted || by == wanted)
        && (trigger["status"] as JsonArray ?? ["Completed"]).Any(status => (string)status! == job.Status.ToString());

    private static Sighting SightingOf(Schedule schedule, JobRow job, Dictionary<string, string> tags)
    {
        var chain = tags.GetValueOrDefault(CreateJobAct.ChainTag, "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (tags.GetValueOrDefault(CreateJobAct.ScheduleTag) is { } by)
            chain = [.. chain, by];
        return new Sighting(
            $"job:{job.Name}",
            job.EndedAt!.Value.ToTime(),
            $"The job '{job.Name}' of experiment {job.Experiment} is {job.Status}.",
            Facts(job.Name, job.Status.ToString(), job.Experiment, string.Join(',', chain)),
            chain.Contains(schedule.Name) ? $"It would go round in a circle: {string.Join(" → ", chain)} → {schedule.Name}." : null);
    }

    private static IReadOnlyDictionary<string, string> Facts(string job, string status, string experiment, string chain) =>
        new Dictionary<string, string> { ["job"] = job, ["status"] = status, ["experiment"] = experiment, [Chain] = chain };
}
