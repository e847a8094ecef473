using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Measures;

/// <summary>A run while its signals are measured.</summary>
/// <param name="Endpoint">Null: which model answered is not known.</param>
internal sealed record Look(Caller Caller, MonitorDefinition Monitor, OnlineEndpoint? Endpoint, TimeWindow Window, RunTables Tables)
{
    /// <summary>The windows of production that the signals looked at.</summary>
    public List<(TimeWindow Window, DataTable Table)> Seen { get; } = [];
}
