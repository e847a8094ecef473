using System.Text.RegularExpressions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Webhooks;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>Registers versions and moves aliases.</summary>
internal sealed partial class ModelRegistry(
    Database database,
    ModelStore models,
    ContentStore content,
    VersionSources sources,
    IModelHistory history,
    LineageLog lineage,
    RegistryNews news,
    IAccess access,
    IAuditLog audit,
    Events events,
    TimeProvider time) : IModelRegistry
{
    public async Task<ModelVersion> RegisterAsync(Caller caller, NewModelVersion wanted, CancellationToken ct)
    {
        CheckName("A model's name", wanted.Model);
        await access.DemandAsync(caller, Permission.Write, $"model:{wanted.Model}", ct);
        if (wanted.IdempotencyKey is { } key && await models.FindByKeyAsync(caller.Workspace, key, ct) is { } existing)
            return existing;

        await content.KeepTreeAsync(wanted.Tree, ct);
        var version = await database.WriteAsync((tx, token) => InsertAsync(tx, caller, wanted, token), ct);
        await audit.AppendAsync(caller, "model.register", version.Node, detail: null, ct);
        await events.RaiseAsync(new VersionRegistered(caller, version), ct);
        return version;
    }

    public async Task<ModelVersion?> FindAsync(Caller caller, string reference, CancellationToken ct)
    {
        var parsed = ModelReference.Parse(reference);
        await access.DemandAsync(caller, Permission.Read, $"model:{parsed.Model}", ct);
        return await models.FindAsync(caller.Workspace, parsed, ct) is { } found ? await sources.CompleteAsync(caller, found, ct) : null;
    }

    public async Task SetAliasAsync(Caller caller, string model, string alias, int number, string reason, CancellationToken ct)
    {
        CheckAlias(alias);
        await access.DemandAsync(caller, Permission.Write, $"model:{model}", ct);
        _ = await models.FindAsync(caller.Workspace, new ModelReference(model, number, null), ct)
            ?? throw SlipwayException.NotFound("Model version", $"{model}:{number}");

        var from = await database.WriteAsync(
            async (tx, token) =>
            {
                var before = await ModelStore.FindAliasAsync(tx, caller.Workspace, model, alias, token);
                if (before == number)
                    return before;
                await ModelStore.PutAliasAsync(tx, caller.Workspace, model, alias, number, token);
                await ModelStore.TouchModelAsync(tx, caller, model, time.UtcNow(), token);
                await history.AppendAsync(tx, caller, model, number, "alias", $"{alias}: {reason}", detail: null, token);
                await news.AliasAsync(tx, caller, model, alias, number, token);
                return before;
            },
            ct);
        if (from == number)
            return;
        await audit.AppendAsync(caller, "model.alias.set", $"model:{model}@{number}", detail: null, ct);
        await events.RaiseAsync(new AliasMoved(caller, model, alias, number, from, reason), ct);
    }

    internal static void CheckName(string what, string name)
    {
        if (name.Length is 0 or > 255 || name.AsSpan().IndexOfAny("@:/\\\0") >= 0)
            throw SlipwayException.Invalid($"{what} has 1 to 255 characters and none of @ : / \\; '{name}' does not.");
    }

    internal static void CheckAlias(string alias)
    {
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase) || !AliasPattern().IsMatch(alias))
        {
            throw SlipwayException.Invalid(
                $"'{alias}' is not an alias: 1 to 255 letters, digits, '-' and '_', not \"latest\", not v and a number.");
        }
    }

    private async Task<ModelVersion> InsertAsync(
        System.Data.Common.DbTransaction tx, Caller caller, NewModelVersion wanted, CancellationToken ct)
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
            UpdatedAt = now,
        };
        await ModelStore.InsertAsync(tx, version, wanted.IdempotencyKey, ct);
        await history.AppendAsync(
            tx, caller, version.Model, version.Number, "registered", wanted.Description is { Length: > 0 } text ? text : "registered", detail: null, ct);
        await news.VersionCreatedAsync(tx, caller, version, ct);
        if (wanted.RunId is { } run)
            await lineage.AppendAsync(tx, caller, [new NewEdge("registered", $"run:{run}", version.Node)], ct);
        return version;
    }

    // "v3" is refused because MLflow's clients read it as version 3.
    [GeneratedRegex(@"\A(?![vV][0-9]+\z)[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex AliasPattern();
}
