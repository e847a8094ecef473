using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Jobs as the modules above see them.</summary>
internal sealed class JobGateway(SubmitJob submit, ShowJob show, CancelJob cancel, JobStore jobs, JobEnding ending, IAccess access) : IJobs
{
    public Task<Job> SubmitAsync(Caller caller, NewJob wanted, CancellationToken ct) => submit.RunAsync(caller, wanted, ct);

    public Task<Job?> FindAsync(Caller caller, string name, CancellationToken ct) => show.FindAsync(caller, name, ct);

    public async Task<NewJob?> FindSubmittedAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        return await jobs.FindAsync(caller.Workspace, name, ct) is { } row && await jobs.FindTextAsync(row.Id, ct) is { } text
            ? new NewJob
            {
                Yaml = text.Yaml,
                Source = text.Source,
                Files = JobsJson.ReadMap(text.Files).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
            }
            : null;
    }

    public async Task<Job> WaitAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        return await ending.WaitAsync(row, ct);
    }

    public Task CancelAsync(Caller caller, string name, CancellationToken ct) => cancel.RunAsync(caller, name, ct);
}
