using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>A backtest as it stands.</summary>
internal sealed record BacktestRow
{
    public const string Queued = "Queued";
    public const string Running = "Running";
    public const string Completed = "Completed";
    public const string Failed = "Failed";
    public const string Canceled = "Canceled";

    public required string Id { get; init; }

    public required string Workspace { get; init; }

    /// <summary>The name of an <see cref="IBacktest"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The monitor, policy, rule or detector that is played.</summary>
    public required string Name { get; init; }

    public required string Request { get; init; }

    public required string State { get; init; }

    public required int Done { get; init; }

    /// <summary>0 while it is not known.</summary>
    public required int Total { get; init; }

    /// <summary>What is being done.</summary>
    public required string Told { get; init; }

    public string? Report { get; init; }

    public string? Error { get; init; }

    public string? ErrorCode { get; init; }

    public required bool CancelAsked { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public bool IsOver => State is Completed or Failed or Canceled;
}

/// <summary>A backtest on the wire.</summary>
/// <param name="State">Queued, Running, Completed, Failed, Canceled.</param>
/// <param name="Done">Steps that are done, of <paramref name="Total"/>; 0 of 0 while it is not known.</param>
/// <param name="Report">What came out, when it is completed; not in lists.</param>
/// <param name="ErrorCode">The kind of the refusal that ended it, such as InvalidParameter.</param>
internal sealed record BacktestWire(
    string Id, string Kind, string Name, string State, int Done, int Total, string Told, JsonElement? Report, string? Error, string? ErrorCode,
    DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    public static BacktestWire Of(BacktestRow row) => new(
        row.Id, row.Kind, row.Name, row.State, row.Done, row.Total, row.Told, row.Report is null ? null : JsonSerializer.Deserialize<JsonElement>(row.Report),
        row.Error, row.ErrorCode, row.CreatedAt.ToTime(), row.CreatedBy, row.StartedAt?.ToTime(), row.EndedAt?.ToTime());
}
