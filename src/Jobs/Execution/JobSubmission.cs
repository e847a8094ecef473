using System.Data;
using System.Data.Common;
using Slipway.Data;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Planning;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>Keeps a checked job and queues the steps that are ready, in one transaction.</summary>
internal sealed class JobSubmission(
    Database database,
    JobStore jobs,
    StepStore steps,
    JobProgress progress,
    PlanCheck check,
    InputCheck inputs,
    StepReuse reuse,
    LineageLog lineage,
    ActiveJobs active,
    JobEnding ending,
    NewsTeller teller,
    TimeProvider time)
{
    public const string DefaultExperiment = "Default";

    /// <summary>Refuses what could not be submitted.</summary>
    public void Check(JobDefinition definition, string name, NewJob wanted)
    {
        check.Check(definition);
        Planner.Plan(definition, JobNames.Check(name), wanted.Files);
    }

    /// <summary>Null: a job of this name exists.</summary>
    public Task<JobRecord?> AddAsync(Caller caller, JobDefinition definition, NewJob wanted, CancellationToken ct) =>
        AddAsync(caller, definition, wanted, [], ct);

    /// <param name="used">The components and environments that were resolved; the lineage keeps them, and the anonymous ones are kept.</param>
    public async Task<JobRecord?> AddAsync(
        Caller caller, JobDefinition definition, NewJob wanted, IReadOnlyList<RegisteredAsset> used, CancellationToken ct)
    {
        check.Check(definition);
        var name = JobNames.Check(wanted.Name ?? definition.Name ?? JobNames.Next());
        var record = new JobRecord
        {
            Id = Ids.New(time),
            Caller = caller,
            Name = name,
            Type = definition.Type,
            Experiment = definition.Experiment ?? DefaultExperiment,
            DisplayName = definition.DisplayName,
            Tags = definition.Tags.Concat(wanted.Tags).GroupBy(tag => tag.Key).ToDictionary(tag => tag.Key, tag => tag.Last().Value),
            Plan = Planner.Plan(definition, name, wanted.Files),
            Trace = JobTrace.Begin(),
        };
        await inputs.CheckAsync(caller, name, definition, record.Plan, ct);
        NewEdge[] edges = [.. used.Select(asset => StepRun.Edge("used", asset.Node, $"run:{record.Id}"))];
        return await AddAsync(record, wanted, AlsoAsync, ct) ? record : null;

        async Task AlsoAsync(DbTransaction tx, CancellationToken token)
        {
            foreach (var anonymous in used.Where(asset => asset.IsAnonymous))
                await AssetStore.PutAsync(tx, anonymous, token);
            await lineage.AppendAsync(tx, caller, edges, token);
        }
    }

    /// <summary>False: a job of this name exists.</summary>
    /// <param name="also">What is written in the same transaction.</param>
    public async Task<bool> AddAsync(JobRecord record, NewJob wanted, Func<DbTransaction, CancellationToken, Task> also, CancellationToken ct)
    {
        var rows = Rows(record);
        var edges = await reuse.ApplyAsync(record, rows, time.UtcNow(), ct);
        var added = await database.WriteAsync(
            IsolationLevel.ReadCommitted, (tx, token) => WriteAsync(tx, record, rows, edges, wanted, also, token), ct);
        if (!added)
            return false;

        var job = active.Add(record);
        await job.StartRunAsync(ct);
        if (rows.All(row => row.IsOver))
            await ending.TellAsync(job, ct);
        return true;
    }

    private async Task<bool> WriteAsync(
        DbTransaction tx, JobRecord job, List<StepRow> rows, IReadOnlyList<NewEdge> edges, NewJob wanted,
        Func<DbTransaction, CancellationToken, Task> also, CancellationToken ct)
    {
        var now = time.UtcNow();
        var open = rows.Count(row => !row.IsOver);
        if (!await jobs.AddAsync(tx, job, wanted, open, now, ct))
            return false;

        await steps.AddAsync(tx, rows, ct);
        await also(tx, ct);
        await lineage.AppendAsync(tx, job.Caller, edges, ct);
        foreach (var ready in rows.Where(row => row.Status == JobStatus.Queued))
            await progress.EnqueueAsync(tx, job, ready.Position, ct);
        if (open == 0)
            await jobs.EndAsync(tx, job.Id, JobStatus.Completed, teller.Name, now, ct);
        return true;
    }

    private List<StepRow> Rows(JobRecord job) => [.. job.Plan.Steps.Select((step, position) => new StepRow
    {
        JobId = job.Id,
        Position = position,
        Name = step.Name,
        Kind = step.Kind,
        Status = step.WaitsFor.Count == 0 ? JobStatus.Queued : JobStatus.NotStarted,
        RunId = job.IsPipeline ? Ids.New(time) : job.Id,
        WaitsFor = step.WaitsFor.Count,
        Attempt = 0,
        Reused = false,
        Outputs = "{}",
    })];
}
