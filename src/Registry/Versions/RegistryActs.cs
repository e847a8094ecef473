using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Webhooks;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>Tells of what was done with a version: history, lineage and webhooks in its transaction, audit and events after it.</summary>
internal sealed class RegistryActs(IModelHistory history, LineageLog lineage, RegistryNews news, IAuditLog audit, Events events)
{
    public async Task RegisteredAsync(DbTransaction tx, Caller caller, ModelVersion version, CancellationToken ct)
    {
        var reason = version.Description is { Length: > 0 } text ? text : "registered";
        await history.AppendAsync(tx, caller, version.Model, version.Number, "registered", reason, detail: null, ct);
        await news.VersionCreatedAsync(tx, caller, version, ct);
        if (version.RunId is { } run)
            await lineage.AppendAsync(tx, caller, [new NewEdge("registered", $"run:{run}", version.Node)], ct);
    }

    public async Task AliasMovedAsync(
        DbTransaction tx, Caller caller, string model, string alias, int number, string reason, CancellationToken ct)
    {
        await history.AppendAsync(tx, caller, model, number, "alias", $"{alias}: {reason}", detail: null, ct);
        await news.AliasAsync(tx, caller, model, alias, number, ct);
    }

    /// <summary>An alias was set to where it stands.</summary>
    public Task AliasConfirmedAsync(DbTransaction tx, Caller caller, string model, string alias, int number, CancellationToken ct) =>
        news.AliasAsync(tx, caller, model, alias, number, ct);

    public async Task CommittedAsync<TEvent>(Caller caller, string action, string target, TEvent happened, CancellationToken ct)
        where TEvent : IEvent
    {
        await audit.AppendAsync(caller, action, target, detail: null, ct);
        await events.RaiseAsync(happened, ct);
    }
}
