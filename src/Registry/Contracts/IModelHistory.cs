using System.Data.Common;
using Slipway.Kernel;

namespace Slipway.Registry.Contracts;

/// <summary>Something that happened to a model.</summary>
/// <param name="Act">"registered", "accepted", "rejected", "alias", "deployed", "traffic", "retired".</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Detail">JSON with the numbers; null when there are none.</param>
public sealed record ModelEvent(
    string Model, int? Number, string Act, string Reason, string? Detail, DateTimeOffset Time, string Principal);

/// <summary>The history of a model, which modules above may add to: who served when, and why.</summary>
public interface IModelHistory
{
    /// <summary>Appends in the transaction of the act itself.</summary>
    Task AppendAsync(
        DbTransaction transaction, Caller caller, string model, int? number, string act, string reason, string? detail,
        CancellationToken ct);

    /// <summary>Oldest first.</summary>
    Task<IReadOnlyList<ModelEvent>> ListAsync(Caller caller, string model, CancellationToken ct);
}
