using System.Collections.Concurrent;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>The jobs that this process works on, kept in memory until they are over.</summary>
internal sealed class ActiveJobs(JobStore jobs, ITracking tracking)
{
    private readonly ConcurrentDictionary<string, ActiveJob> _byId = new(StringComparer.Ordinal);

    public IEnumerable<ActiveJob> All => _byId.Values;

    /// <summary>The job, read when it is not in memory; null when there is none.</summary>
    public async Task<ActiveJob?> FindAsync(string id, CancellationToken ct)
    {
        if (_byId.TryGetValue(id, out var known))
            return known;
        return await jobs.LoadAsync(id, ct) is { } loaded ? Add(loaded) : null;
    }

    public ActiveJob? Peek(string id) => _byId.GetValueOrDefault(id);

    // Several may have read it at once; all go on with the same one.
    public ActiveJob Add(JobRecord job) => _byId.GetOrAdd(job.Id, new ActiveJob(job, tracking));

    public void Forget(string id) => _byId.TryRemove(id, out _);
}
