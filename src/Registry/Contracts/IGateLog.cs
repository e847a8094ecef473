using Slipway.Kernel;

namespace Slipway.Registry.Contracts;

/// <summary>A gate's decision on a candidate version, with the numbers that it stands on. Kept for ever, accepted or not.</summary>
public sealed record GateDecision
{
    public required string Id { get; init; }

    public required string Model { get; init; }

    public required int Candidate { get; init; }

    /// <summary>The version it was compared with; null for the first.</summary>
    public int? Champion { get; init; }

    public required bool Accepted { get; init; }

    /// <summary>One sentence with the numbers that decided.</summary>
    public required string Reason { get; init; }

    /// <summary>All metrics of both, the tests, the data versions: a JSON object.</summary>
    public required string EvidenceJson { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public required string DecidedBy { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"gate:{Id}";
}

/// <summary>The kept decisions of gates.</summary>
public interface IGateLog
{
    /// <summary>Keeps the decision and its edges (evaluation data and both versions → gate → candidate). Idempotent by id.</summary>
    /// <param name="reads">Nodes of the data and runs that the decision was made on.</param>
    Task RecordAsync(Caller caller, GateDecision decision, IReadOnlyCollection<string> reads, CancellationToken ct);

    /// <summary>Newest first.</summary>
    Task<IReadOnlyList<GateDecision>> ListAsync(Caller caller, string model, CancellationToken ct);

    /// <summary>The decision on a version, the last if there were several; null when none was made.</summary>
    Task<GateDecision?> FindAsync(Caller caller, string model, int candidate, CancellationToken ct);
}
