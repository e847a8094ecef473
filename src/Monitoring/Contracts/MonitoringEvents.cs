using Slipway.Kernel;

namespace Slipway.Monitoring.Contracts;

/// <summary>A run found inputs or predictions that drifted.</summary>
public sealed record DriftFound(Caller Caller, MonitorRun Run) : IEvent;

/// <summary>An alert was opened; one that stays open is not raised again.</summary>
public sealed record AlertRaised(Caller Caller, Alert Alert) : IEvent;

/// <summary>An alert's signal is well again.</summary>
public sealed record AlertResolved(Caller Caller, Alert Alert) : IEvent;
