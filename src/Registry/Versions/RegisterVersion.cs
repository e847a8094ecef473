using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>Registers the next version of a model.</summary>
internal sealed class RegisterVersion(
    Database database, ModelStore models, ContentStore content, RegistryActs acts, TimeProvider time)
{
    public async Task<ModelVersion> RunAsync(Caller caller, NewModelVersion wanted, CancellationToken ct)
    {
        if (wanted.IdempotencyKey is { } key && await models.FindByKeyAsync(caller.Workspace, key, ct) is { } existing)
            return existing;

        await content.KeepTreeAsync(wanted.Tree, ct);
        var version = await database.WriteAsync((tx, token) => InsertAsync(tx, caller, wanted, token), ct);
        await acts.CommittedAsync(caller, "model.register", version.Node, new VersionRegistered(caller, version), ct);
        return version;
    }

    private async Task<ModelVersion> InsertAsync(DbTransaction tx, Caller caller, NewModelVersion wanted, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await ModelStore.TouchModelAsync(tx, caller, wanted.Model, now.ToUnixTimeMilliseconds(), ct);
        var version = new ModelVersion
        {
            Workspace = caller.Workspace,
            Model = wanted.Model,
            Number = await ModelStore.NextNumberAsync(tx, caller.Workspace, wanted.Model, ct),
            Tree = wanted.Tree,
            Flavor = wanted.Flavor,
            SignatureJson = wanted.SignatureJson,
            RunId = wanted.RunId,
            Description = wanted.Description,
            Tags = wanted.Tags,
            Aliases = [],
            CreatedAt = now,
            CreatedBy = caller.Principal,
            Source = wanted.Source ?? VersionSources.UriOf(wanted.Tree),
            RunLink = wanted.RunLink,
            LoggedModelId = wanted.LoggedModelId,
            Stage = wanted.Stage,
            UpdatedAt = now,
        };
        await ModelStore.InsertAsync(tx, version, wanted.IdempotencyKey, ct);
        await acts.RegisteredAsync(tx, caller, version, ct);
        return version;
    }
}
