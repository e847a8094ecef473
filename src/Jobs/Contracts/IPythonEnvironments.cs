namespace Slipway.Jobs.Contracts;

/// <summary>Python packages for processes on this machine, as its commands of jobs have them.</summary>
public interface IPythonEnvironments
{
    /// <summary>Makes sure of the packages of a conda file. Conflict when they are neither there nor can be installed.</summary>
    /// <param name="conda">The file's content.</param>
    /// <param name="log">Takes what is done for it.</param>
    /// <returns>The folder of the programs to be used; null: this machine's own will do.</returns>
    Task<string?> PrepareAsync(string conda, TextWriter log, CancellationToken ct);
}
