using System.Collections.Concurrent;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Protocol;

/// <summary>Who may score, remembered for some seconds: asking the database for each request would cost more than the answer.</summary>
internal sealed class ScoringAccess(IAccess access, TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Caller, long> _granted = new();

    public ValueTask DemandAsync(Caller caller, string endpoint, CancellationToken ct) =>
        _granted.TryGetValue(caller, out var when) && time.GetElapsedTime(when) < s_remembered
            ? ValueTask.CompletedTask
            : AskAsync(caller, endpoint, ct);

    private async ValueTask AskAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        if (_granted.Count >= MaxRemembered)
            _granted.Clear();
        _granted[caller] = time.GetTimestamp();
    }
}
