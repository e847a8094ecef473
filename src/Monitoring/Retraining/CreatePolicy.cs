using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Monitors;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>Checks and keeps a retraining policy; one of the same name is replaced.</summary>
internal sealed class CreatePolicy(
    PolicyStore policies, MonitorStore monitors, ContentStore content, IAccess access, IAuditLog audit)
{
    public async Task<PolicyRow> RunAsync(Caller caller, string yaml, PolicyJob? job, CancellationToken ct)
    {
        var policy = RetrainingReader.Read(yaml, "retraining.yml");
        await access.DemandAsync(caller, Permission.Write, $"retraining:{policy.Name}", ct);
        await monitors.GetAsync(caller.Workspace, policy.Monitor, ct);
        if (policy.Job is { } file && job is null)
            throw SlipwayException.Invalid($"retraining.yml names the job '{file}': send its text along as job.yaml.");
        foreach (var (path, digest) in job?.Files ?? new Dictionary<string, string>())
        {
            if (!await content.ExistsAsync(Digest.Parse(digest), ct))
                throw SlipwayException.Invalid($"The content of '{path}' ({digest}) is not in the store; upload it first.");
        }

        await policies.PutAsync(caller, policy.Name, yaml, job, ct);
        await audit.AppendAsync(caller, "retraining.create", $"retraining:{policy.Name}", null, ct);
        return await policies.GetAsync(caller.Workspace, policy.Name, ct);
    }
}
