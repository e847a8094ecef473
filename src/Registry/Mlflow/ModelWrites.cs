using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Mlflow;

/// <summary>Every change of a model goes the same way: allowed, in one transaction, in the history, audited.</summary>
internal sealed class ModelWrites(Database database, IAccess access, IAuditLog audit, IModelHistory history, TimeProvider time)
{
    // By MLflow's rule these change a version and leave the time of its model.
    private static readonly string[] s_ofVersions = ["described", "tagged", "untagged"];

    public TimeProvider Time { get; } = time;

    /// <param name="act">The word in the history.</param>
    /// <param name="write">False when nothing had to be changed.</param>
    public async Task RunAsync(
        Caller caller, string model, int? number, string act, string reason,
        Func<DbTransaction, CancellationToken, Task<bool>> write, CancellationToken ct)
    {
        var target = number is { } version ? $"model:{model}@{version}" : $"model:{model}";
        await access.DemandAsync(caller, Permission.Write, target, ct);
        var changed = await database.WriteAsync(
            async (tx, token) =>
            {
                await TouchAsync(tx, caller, model, number, datesModel: number is null || !s_ofVersions.Contains(act), token);
                if (!await write(tx, token))
                    return false;
                await history.AppendAsync(tx, caller, model, number, act, reason, detail: null, token);
                return true;
            },
            ct);
        if (changed)
            await audit.AppendAsync(caller, $"model.{act}", target, detail: null, ct);
    }

    // The model's row is written first: it keeps two writers of the same model apart.
    private async Task TouchAsync(DbTransaction tx, Caller caller, string model, int? number, bool datesModel, CancellationToken ct)
    {
        var place = new { Workspace = caller.Workspace.Value, Name = model, Number = number, Now = Time.UtcNow() };
        var changed = datesModel ? "@Now" : "updated_at";
        if (await tx.ExecuteAsync(
            $"update registered_models set updated_at = {changed} where workspace = @Workspace and name = @Name", place, ct) == 0)
        {
            throw number is null ? RegisteredModelStore.Unknown(model) : VersionChanges.Unknown(model, number.Value);
        }

        if (number is not null && await tx.ExecuteAsync(
            "update model_versions set updated_at = @Now where workspace = @Workspace and model = @Name and number = @Number",
            place,
            ct) == 0)
        {
            throw VersionChanges.Unknown(model, number.Value);
        }
    }
}
