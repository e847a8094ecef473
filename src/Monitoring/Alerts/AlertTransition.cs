using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>What becomes of an alert when its condition is looked at.</summary>
internal enum AlertTransition
{
    None,
    Pend,
    Fire,
    Refresh,
    Resolve,

    /// <summary>It never fired, and is forgotten.</summary>
    Drop,
}

internal static class AlertTransitions
{
    /// <param name="status">Null: there is no alert yet.</param>
    /// <param name="openedAt">When the condition was first seen to hold.</param>
    /// <param name="holds">Null: nobody can tell, and all stays as it is.</param>
    /// <param name="wait">For how long the condition has to hold.</param>
    public static AlertTransition Next(string? status, DateTimeOffset openedAt, bool? holds, TimeSpan wait, DateTimeOffset now) => (status, holds) switch
    {
        (_, null) or (null, false) => AlertTransition.None,
        (null, true) => wait == TimeSpan.Zero ? AlertTransition.Fire : AlertTransition.Pend,
        (Alert.Pending, true) => now - openedAt >= wait ? AlertTransition.Fire : AlertTransition.Refresh,
        (Alert.Pending, false) => AlertTransition.Drop,
        (_, true) => AlertTransition.Refresh,
        _ => AlertTransition.Resolve,
    };
}
