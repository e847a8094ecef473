namespace Slipway.Jobs.Execution;

/// <summary>What a job was submitted with.</summary>
internal sealed record JobText
{
    public required string Yaml { get; init; }

    public required string Source { get; init; }

    public required string Files { get; init; }
}
