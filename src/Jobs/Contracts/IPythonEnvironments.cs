using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>Python packages for processes on this machine, as its commands of jobs have them.</summary>
public interface IPythonEnvironments
{
    /// <summary>A registered environment, such as "azureml:sklearn:3"; NotFound when there is none.</summary>
    Task<NamedEnvironment> FindAsync(Caller caller, string reference, CancellationToken ct);

    /// <summary>Makes sure of the packages of a conda file. Conflict when they are neither there nor can be installed.</summary>
    /// <param name="conda">The file's content.</param>
    /// <param name="log">Takes what is done for it.</param>
    /// <returns>The folder of the programs to be used; null: this machine's own will do.</returns>
    Task<string?> PrepareAsync(string conda, TextWriter log, CancellationToken ct);
}

/// <summary>What a registered environment asks for.</summary>
/// <param name="Conda">The content of its conda file; null: it has none.</param>
/// <param name="Image">The container image; null: one that is built.</param>
public sealed record NamedEnvironment(string Name, string Version, string? Conda, string? Image);
