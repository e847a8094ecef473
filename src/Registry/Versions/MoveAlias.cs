using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>Points an alias at a version.</summary>
internal sealed class MoveAlias(Database database, ModelStore models, RegistryActs acts, TimeProvider time)
{
    public async Task RunAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken ct)
    {
        _ = await models.FindAsync(caller.Workspace, new ModelReference(model, number, null), ct)
            ?? throw SlipwayException.NotFound("Model version", $"{model}:{number}");

        var from = await database.WriteAsync(
            async (tx, token) =>
            {
                var before = await ModelStore.FindAliasAsync(tx, caller.Workspace, model, alias, token);
                if (before == number)
                {
                    // Nothing changed, but whoever listens to MLflow's webhooks is told of every setting.
                    await acts.AliasConfirmedAsync(tx, caller, model, alias, number, token);
                    return before;
                }

                await ModelStore.PutAliasAsync(tx, caller.Workspace, model, alias, number, token);
                await ModelStore.TouchModelAsync(tx, caller, model, time.UtcNow(), token);
                await acts.AliasMovedAsync(tx, caller, model, alias, number, reason, token);
                return before;
            },
            ct);
        if (from == number)
            return;
        await acts.CommittedAsync(
            caller, "model.alias.set", $"model:{model}@{number}", new AliasMoved(caller, model, alias, number, from, reason), ct);
    }
}
