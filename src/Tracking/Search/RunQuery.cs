using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Search;

/// <summary>A search of runs.</summary>
internal sealed record RunQuery
{
    public required WorkspaceName Workspace { get; init; }

    public required IReadOnlyList<long> Experiments { get; init; }

    public FilterNode? Filter { get; init; }

    public IReadOnlyList<OrderTerm> Orders { get; init; } = [];

    public Lifecycle View { get; init; } = Lifecycle.ActiveOnly;

    public required int Limit { get; init; }

    public string? PageToken { get; init; }

    /// <summary>All that a page token belongs to.</summary>
    public required string Scope { get; init; }
}
