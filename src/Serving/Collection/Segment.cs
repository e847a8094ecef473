using Slipway.Data;

namespace Slipway.Serving.Collection;

/// <summary>A Parquet file of answers or labels in the content store, as the database lists it.</summary>
internal sealed record Segment
{
    public required string Workspace { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>Who answered; null for labels.</summary>
    public string? Deployment { get; init; }

    public string? Model { get; init; }

    public int? ModelVersion { get; init; }

    /// <summary>Whether these answers were told nobody.</summary>
    public bool Mirrored { get; init; }

    public required Digest Digest { get; init; }

    public required long Rows { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>Milliseconds; 0 for labels.</summary>
    public long MinEventTime { get; init; }

    public long MaxEventTime { get; init; }

    /// <summary>Rows that sampling, and that their callers left out since the segment before.</summary>
    public long SampledOut { get; init; }

    public long OptedOut { get; init; }

    /// <summary>The columns that are hashes, or were dropped, between commas.</summary>
    public string Masked { get; init; } = "";

    public required string MinRequest { get; init; }

    public required string MaxRequest { get; init; }

    /// <summary>Whether a request of this id can be in it.</summary>
    public bool MayHold(string request) =>
        string.CompareOrdinal(MinRequest, request) <= 0 && string.CompareOrdinal(request, MaxRequest) <= 0;

    public bool MayHoldAnyOf(string least, string greatest) =>
        string.CompareOrdinal(MinRequest, greatest) <= 0 && string.CompareOrdinal(least, MaxRequest) <= 0;
}
