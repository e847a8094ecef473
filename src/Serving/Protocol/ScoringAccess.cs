using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Protocol;

/// <summary>Who may score, remembered for some seconds: asking the database for each request would cost more than the answer.</summary>
internal sealed class ScoringAccess(RoutingTable table, EndpointCredentials credentials, IAccess access, TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan s_remembered = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Caller, long> _granted = new();

    /// <summary>By the endpoint's own key or token where it has them, else as the caller signs in to the server.</summary>
    public ValueTask DemandAsync(HttpContext context, Caller caller, string endpoint, CancellationToken ct) =>
        table.Find(caller.Workspace, endpoint)?.Definition.Settings.AuthMode is AuthMode.Key or AuthMode.AmlToken
            ? DemandKeyAsync(context, caller, endpoint, ct)
            : DemandAsync(caller, endpoint, ct);

    /// <summary>As the caller signs in to the server: for what is no endpoint's own.</summary>
    public ValueTask DemandAsync(Caller caller, string endpoint, CancellationToken ct) =>
        _granted.TryGetValue(caller, out var when) && time.GetElapsedTime(when) < s_remembered
            ? ValueTask.CompletedTask
            : AskAsync(caller, endpoint, ct);

    private ValueTask DemandKeyAsync(HttpContext context, Caller caller, string endpoint, CancellationToken ct)
    {
        var onlyTokens = table.Get(caller.Workspace, endpoint).Definition.Settings.AuthMode == AuthMode.AmlToken;
        return credentials.DemandAsync(caller.Workspace, endpoint, onlyTokens, context.Request.Headers.Authorization, ct);
    }

    private async ValueTask AskAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        if (_granted.Count >= MaxRemembered)
            _granted.Clear();
        _granted[caller] = time.GetTimestamp();
    }
}
