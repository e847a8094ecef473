using System.Runtime.CompilerServices;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>The lines that a job's steps wrote, for SQL: <c>'logs:JOB'</c>.</summary>
internal sealed class LogsView(JobLogs logs, StepStore steps, ILakeTables tables) : ILakeView
{
    public string Name => "logs";

    public async Task<LakeTable> TableAsync(Caller caller, string subject, string folder, CancellationToken ct)
    {
        var job = await logs.FindAsync(caller, subject, step: null, ct);
        return await tables.WriteAsync(
            "step varchar, line bigint, text varchar", LinesAsync(caller, job, ct), Path.Combine(folder, $"logs-{job.Id}.parquet"), ct);
    }

    private async IAsyncEnumerable<object?[]> LinesAsync(Caller caller, JobRow job, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var step in await steps.ListAsync(job.Id, ct))
        {
            using var text = new StringReader(await logs.ReadAsync(caller, job, step.Name, tail: null, ct));
            for (var line = 1L; text.ReadLine() is { } content; line++)
                yield return [step.Name, line, content];
        }
    }
}
