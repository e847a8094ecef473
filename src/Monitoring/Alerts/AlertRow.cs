using System.Text.Json;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining;

namespace Slipway.Monitoring.Alerts;

internal sealed record AlertRow
{
    public const string Columns =
        "id, rule, subject, severity, labels, monitor, signal, status, message, evidence, last_window_to, since, opened_run, last_run, "
        + "opened_at, fired_at, updated_at, acknowledged_at, acknowledged_by, resolved_at, resolved_by, incident";

    /// <summary>Only written.</summary>
    public string Workspace { get; init; } = "";

    public required string Id { get; init; }

    public required string Rule { get; init; }

    public required string Subject { get; init; }

    public required string Severity { get; init; }

    public required string Labels { get; init; }

    public required string Monitor { get; init; }

    public required string Signal { get; init; }

    public required string Status { get; init; }

    public required string Message { get; init; }

    public required string Evidence { get; init; }

    public required long LastWindowTo { get; init; }

    public required long Since { get; init; }

    public required string OpenedRun { get; init; }

    public required string LastRun { get; init; }

    public required long OpenedAt { get; init; }

    public long? FiredAt { get; init; }

    public required long UpdatedAt { get; init; }

    public long? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public long? ResolvedAt { get; init; }

    public string? ResolvedBy { get; init; }

    public string? Incident { get; init; }

    public static AlertRow Of(WorkspaceName workspace, Alert alert) => new()
    {
        Workspace = workspace.Value,
        Id = alert.Id,
        Rule = alert.Rule,
        Subject = alert.Subject,
        Severity = alert.Severity,
        Labels = JsonSerializer.Serialize(alert.Labels, MonitoringJson.Default.IReadOnlyDictionaryStringString),
        Monitor = alert.Monitor,
        Signal = alert.Signal,
        Status = alert.Status,
        Message = alert.Message,
        Evidence = alert.Evidence,
        LastWindowTo = alert.EvidenceTime.ToUnixTimeMilliseconds(),
        Since = alert.Since.ToUnixTimeMilliseconds(),
        OpenedRun = alert.OpenedRun,
        LastRun = alert.LastRun,
        OpenedAt = alert.OpenedAt.ToUnixTimeMilliseconds(),
        FiredAt = alert.FiredAt?.ToUnixTimeMilliseconds(),
        UpdatedAt = alert.UpdatedAt.ToUnixTimeMilliseconds(),
        AcknowledgedAt = alert.AcknowledgedAt?.ToUnixTimeMilliseconds(),
        AcknowledgedBy = alert.AcknowledgedBy,
        ResolvedAt = alert.ResolvedAt?.ToUnixTimeMilliseconds(),
        ResolvedBy = alert.ResolvedBy,
        Incident = alert.Incident,
    };

    public Alert ToAlert() => new()
    {
        Id = Id,
        Rule = Rule,
        Subject = Subject,
        Severity = Severity,
        Labels = JsonSerializer.Deserialize(Labels, MonitoringJson.Default.IReadOnlyDictionaryStringString)!,
        Status = Status,
        Message = Message,
        Evidence = Evidence,
        EvidenceTime = LastWindowTo.ToTime(),
        Since = Since.ToTime(),
        OpenedRun = OpenedRun,
        LastRun = LastRun,
        OpenedAt = OpenedAt.ToTime(),
        FiredAt = FiredAt?.ToTime(),
        UpdatedAt = UpdatedAt.ToTime(),
        AcknowledgedAt = AcknowledgedAt?.ToTime(),
        AcknowledgedBy = AcknowledgedBy,
        ResolvedAt = ResolvedAt?.ToTime(),
        ResolvedBy = ResolvedBy,
        Incident = Incident,
    };
}
