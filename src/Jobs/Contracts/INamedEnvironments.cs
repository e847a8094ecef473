using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>The registered environments.</summary>
public interface INamedEnvironments
{
    /// <summary>One by its reference, such as "azureml:sklearn:3"; null when there is none.</summary>
    Task<NamedEnvironment?> FindAsync(Caller caller, string reference, CancellationToken ct);
}

/// <summary>What a registered environment asks for.</summary>
/// <param name="Conda">The content of its conda file; null: it has none.</param>
public sealed record NamedEnvironment(string Name, string Version, string? Conda);
