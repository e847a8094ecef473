namespace Slipway.Lake.Contracts;

/// <summary>How much of the machine the lake's engine may use.</summary>
public sealed record LakeOptions
{
    /// <summary>Where DuckDB spills what does not fit into memory.</summary>
    public required string TempFolder { get; init; }

    /// <summary>For each connection. 512 MiB by default.</summary>
    public long MemoryLimitBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>All cores by default.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
