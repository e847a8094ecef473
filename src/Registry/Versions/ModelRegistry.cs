using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>The registry for the modules above it: names are checked and permissions demanded here.</summary>
internal sealed partial class ModelRegistry(
    RegisterVersion registrations, MoveAlias aliases, ModelStore models, VersionSources sources, IAccess access) : IModelRegistry
{
    public async Task<ModelVersion> RegisterAsync(Caller caller, NewModelVersion wanted, CancellationToken ct)
    {
        CheckName("A model's name", wanted.Model);
        await access.DemandAsync(caller, Permission.Write, $"model:{wanted.Model}", ct);
        return await registrations.RunAsync(caller, wanted, ct);
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
        await aliases.RunAsync(caller, model, alias, number, reason, ct);
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

    // "v3" is refused because MLflow's clients read it as version 3.
    [GeneratedRegex(@"\A(?![vV][0-9]+\z)[A-Za-z0-9_-]{1,255}\z")]
    private static partial Regex AliasPattern();
}
