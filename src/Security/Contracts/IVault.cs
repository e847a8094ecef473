using Slipway.Kernel;

namespace Slipway.Security.Contracts;

/// <summary>Secrets of a workspace, encrypted at rest; values leave it only to a step or connection that names them.</summary>
public interface IVault
{
    Task SetAsync(Caller caller, string name, string value, CancellationToken ct);

    /// <summary>The value, or null when there is no such secret. Each read is audited.</summary>
    Task<string?> FindAsync(Caller caller, string name, CancellationToken ct);

    Task<IReadOnlyList<string>> ListAsync(Caller caller, CancellationToken ct);

    /// <summary>True when there was one.</summary>
    Task<bool> DeleteAsync(Caller caller, string name, CancellationToken ct);
}
