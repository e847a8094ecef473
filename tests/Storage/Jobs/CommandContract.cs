using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Operations;
using Slipway.Kernel;

namespace Slipway.Storage.Jobs;

/// <summary>Commands are the same on both databases.</summary>
public abstract class CommandContract() : JobContract(DatabaseProvider.Sqlite)
{
    private protected static async Task<string> LogAsync(JobHost host, Job job)
    {
        var logs = host.Get<JobLogs>();
        return await logs.ReadAsync(Caller.System, await logs.FindAsync(Caller.System, job.Name, null, Ct), null, null, Ct);
    }
}
