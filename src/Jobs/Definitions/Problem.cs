namespace Slipway.Jobs.Definitions;

/// <summary>A mistake in a definition.</summary>
/// <param name="Path">"jobs.train.inputs.data"; "" for the file as a whole.</param>
internal sealed record Problem(Place Place, string Path, string Message)
{
    public override string ToString() => Path.Length == 0 ? $"{Place}: {Message}" : $"{Place}: {Path}: {Message}";
}
