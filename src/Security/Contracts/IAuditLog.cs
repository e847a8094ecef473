using Slipway.Kernel;

namespace Slipway.Security.Contracts;

/// <summary>The append-only record of who changed what, and of who was refused.</summary>
public interface IAuditLog
{
    /// <param name="action">A verb of the product, dotted: "model.alias.set", "deployment.create".</param>
    /// <param name="target">The node acted on: "model:fraud@3".</param>
    /// <param name="detail">JSON with the numbers and reasons, without secrets; null when there is nothing to add.</param>
    Task AppendAsync(Caller caller, string action, string target, string? detail, CancellationToken ct);
}
