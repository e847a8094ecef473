using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Mlflow;
using Slipway.Registry.Versions;

namespace Slipway.Registry.Import;

/// <summary>Rows of registered models that were made elsewhere: what is missing is added, what is there stays.</summary>
internal sealed class ModelImports(Database database, IModelHistory history, LineageLog lineage)
{
    public Task<ImportOutcome> AddAsync(Caller caller, ImportedModel model, CancellationToken ct) =>
        database.WriteAsync(async (tx, token) =>
        {
            var kept = new List<string>();
            var added = await RegisteredModelStore.AddAsync(
                tx, caller, model.Name, model.Description, model.Tags, model.CreatedAt.ToUnixTimeMilliseconds(), token);
            if (added)
                await history.AppendAsync(tx, caller, model.Name, null, "created", "imported", detail: null, token);
            var count = 0;
            foreach (var version in model.Versions)
            {
                if (await FindAsync(tx, version, token) is not { } here)
                    count += await AddAsync(tx, caller, version, token);
                else if (here != version.CreatedAt.ToUnixTimeMilliseconds())
                    kept.Add($"version {version.Number} is another one here; the source's was left out");
            }

            foreach (var (alias, number) in model.Aliases)
                await AliasAsync(tx, caller, model.Name, alias, number, kept, token);
            if (added)
            {
                await tx.ExecuteAsync(
                    "update registered_models set updated_at = @At where workspace = @Workspace and name = @Name",
                    new { At = model.UpdatedAt.ToUnixTimeMilliseconds(), Workspace = caller.Workspace.Value, model.Name },
                    token);
            }

            return new ImportOutcome(added, count, kept);
        }, ct);

    private async Task<int> AddAsync(DbTransaction tx, Caller caller, ModelVersion version, CancellationToken ct)
    {
        await ModelStore.InsertAsync(tx, version, key: null, ct);
        await tx.ExecuteAsync(
            """
            update model_versions set stage = @Stage, updated_at = @At
            where workspace = @Workspace and model = @Model and number = @Number
            """,
            new
            {
                version.Stage,
                At = version.UpdatedAt.ToUnixTimeMilliseconds(),
                Workspace = version.Workspace.Value,
                version.Model,
                version.Number,
            },
            ct);
        await history.AppendAsync(tx, caller, version.Model, version.Number, "registered", "imported", detail: null, ct);
        if (version.RunId is { Length: > 0 } run)
            await lineage.AppendAsync(tx, caller, [new NewEdge("registered", $"run:{run}", version.Node)], ct);
        return 1;
    }

    private async Task AliasAsync(
        DbTransaction tx, Caller caller, string model, string alias, int number, List<string> kept, CancellationToken ct)
    {
        var here = await ModelStore.FindAliasAsync(tx, caller.Workspace, model, alias, ct);
        if (here == number)
            return;
        if (here is not null)
        {
            kept.Add($"alias '{alias}' is at version {here} here, at {number} in the source");
            return;
        }

        if (await FindAsync(tx, caller.Workspace.Value, model, number, ct) is null)
        {
            kept.Add($"alias '{alias}' is at version {number}, which is not there; it was left out");
            return;
        }

        await ModelStore.PutAliasAsync(tx, caller.Workspace, model, alias, number, ct);
        await history.AppendAsync(tx, caller, model, number, "alias", $"{alias}: imported", detail: null, ct);
    }

    private static Task<long?> FindAsync(DbTransaction tx, ModelVersion version, CancellationToken ct) =>
        FindAsync(tx, version.Workspace.Value, version.Model, version.Number, ct);

    /// <summary>When the version of this number was made; null when there is none.</summary>
    private static Task<long?> FindAsync(DbTransaction tx, string workspace, string model, int number, CancellationToken ct) =>
        tx.FindAsync<long?>(
            "select created_at from model_versions where workspace = @Workspace and model = @Model and number = @Number",
            new { Workspace = workspace, Model = model, Number = number },
            ct);
}
