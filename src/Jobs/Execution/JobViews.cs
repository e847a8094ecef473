using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>Makes of the rows what the outside sees.</summary>
internal sealed class JobViews(StepStore steps)
{
    public async Task<Job> ShowAsync(JobRow row, CancellationToken ct) => Show(row, await steps.ListAsync(row.Id, ct));

    public async Task<IReadOnlyList<Job>> ShowAsync(IReadOnlyList<JobRow> rows, CancellationToken ct)
    {
        var all = (await steps.ListAsync([.. rows.Select(row => row.Id)], ct)).ToLookup(step => step.JobId);
        return [.. rows.Select(row => Show(row, all[row.Id]))];
    }

    private static Job Show(JobRow row, IEnumerable<StepRow> steps) => new()
    {
        Name = row.Name,
        Type = row.Type,
        Experiment = row.Experiment,
        DisplayName = row.DisplayName,
        Status = row.Status,
        Message = row.Message,
        RunId = row.Id,
        ParentName = row.ParentName,
        CreatedAt = row.CreatedAt.ToTime(),
        StartedAt = row.StartedAt?.ToTime(),
        EndedAt = row.EndedAt?.ToTime(),
        Tags = JobsJson.ReadMap(row.Tags),
        Steps = [.. steps.Select(Show)],
    };

    private static JobStep Show(StepRow row) => new()
    {
        Name = row.Name,
        Kind = row.Kind,
        Status = row.Status,
        RunId = row.RunId,
        Reused = row.Reused,
        Message = row.Message,
        StartedAt = row.StartedAt?.ToTime(),
        EndedAt = row.EndedAt?.ToTime(),
        Outputs = JobsJson.ReadOutputs(row.Outputs),
    };
}
