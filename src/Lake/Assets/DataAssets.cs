using System.Data.Common;
using System.Globalization;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Gates;
using Slipway.Lake.Labels;
using Slipway.Lake.Tests;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>Creates and finds versions of data assets.</summary>
internal sealed class DataAssets(
    Database database,
    DataVersionStore versions,
    ContentStore content,
    DataGates gates,
    DataTestRuns tests,
    IAccess access,
    IAuditLog audit,
    Events events,
    TimeProvider time) : IDataAssets
{
    public async Task<DataVersion> CreateAsync(Caller caller, NewDataVersion wanted, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{wanted.Name}", ct);
        if (await FindExistingAsync(caller, wanted, ct) is { } existing)
            return existing;

        var tree = await content.KeepTreeAsync(wanted.Tree, ct);
        var verdict = await gates.JudgeAsync(caller, wanted.Name, tree.Digest, ct);
        var version = await InsertAsync(caller, wanted, tree, verdict, attempts: 10, ct);
        await audit.AppendAsync(
            caller, "data.create", version.Node, version.Quarantine is null ? null : """{"quarantine":true}""", ct);
        if (version.Quarantine is null)
            await events.RaiseAsync(new DataVersionCreated(caller, version), ct);
        return version;
    }

    public async Task<DataVersion?> FindAsync(Caller caller, AssetName name, string? version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        return await versions.FindAsync(caller.Workspace, name, version, ct);
    }

    public async Task<Page<DataVersion>> ListVersionsAsync(
        Caller caller, AssetName name, int limit, string? pageToken, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        var before = long.MaxValue;
        if (pageToken is not null && !long.TryParse(pageToken, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            throw SlipwayException.Invalid($"'{pageToken}' is not a page token of this listing.");
        var found = await versions.ListAsync(caller.Workspace, name, before, limit, ct);
        return new Page<DataVersion>(
            [.. found.Select(pair => pair.Version)],
            found.Count == limit ? found[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
    }

    public async Task<IReadOnlyList<DataVersion>> ListSinceAsync(Caller caller, AssetName name, DateTimeOffset time, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        return await versions.ListSinceAsync(caller.Workspace, name, time, ct);
    }

    private async Task<DataVersion?> FindExistingAsync(Caller caller, NewDataVersion wanted, CancellationToken ct)
    {
        if (wanted.IdempotencyKey is { } key && await versions.FindByKeyAsync(caller.Workspace, key, ct) is { } repeated)
            return repeated;
        if (wanted.Version is null)
            return null;
        if (wanted.Version == "latest" || !AssetVersion.IsValid(wanted.Version))
            throw SlipwayException.Invalid($"'{wanted.Version}' is not a version: 1 to 30 letters, digits, '-', '_' and '.', and not \"latest\".");

        var same = await versions.FindAsync(caller.Workspace, wanted.Name, wanted.Version, ct);
        if (same?.Version != wanted.Version)
            return null;
        if (same.Tree != wanted.Tree)
        {
            throw new SlipwayException(
                ErrorCode.AlreadyExists,
                $"{same.Node} exists with other content, and versions are immutable: leave the version out to get the next one.");
        }

        return same;
    }

    private async Task<DataVersion> InsertAsync(
        Caller caller, NewDataVersion wanted, Tree tree, GateVerdict verdict, int attempts, CancellationToken ct)
    {
        try
        {
            return await InsertOnceAsync(caller, wanted, tree, verdict, ct);
        }
        catch (DbException exception) when (Dialect.IsUniqueViolation(exception) && attempts > 1)
        {
            // Another writer took this number or finished this very creation first.
            return await FindExistingAsync(caller, wanted, ct)
                ?? await InsertAsync(caller, wanted, tree, verdict, attempts - 1, ct);
        }
    }

    private Task<DataVersion> InsertOnceAsync(
        Caller caller, NewDataVersion wanted, Tree tree, GateVerdict verdict, CancellationToken ct) =>
        database.WriteAsync(
            async (tx, token) =>
            {
                await RefuseAsync(tx, caller, wanted, token);
                var version = new DataVersion
                {
                    Workspace = caller.Workspace,
                    Name = wanted.Name,
                    Version = wanted.Version ?? await NextAsync(tx, caller, wanted, token),
                    Type = wanted.Type,
                    Zone = wanted.Zone,
                    Tree = tree.Digest,
                    SizeBytes = tree.TotalSize,
                    Rows = wanted.Rows,
                    Description = wanted.Description,
                    Tags = wanted.Tags,
                    Quarantine = verdict.Quarantine,
                    CreatedAt = time.GetUtcNow(),
                    CreatedBy = caller.Principal,
                };
                await DataVersionStore.InsertAsync(tx, version, wanted.IdempotencyKey, token);
                if (verdict.Report is { } report)
                    await tests.SaveAsync(tx, caller, version.Name, version.Version, version.Tree, report, token);
                return version;
            },
            ct);

    private static async Task RefuseAsync(DbTransaction tx, Caller caller, NewDataVersion wanted, CancellationToken ct)
    {
        if (wanted.Version is { } named && await LabelStore.FindAsync(tx, caller.Workspace, wanted.Name, named, ct) is not null)
            throw SlipwayException.Conflict($"'{named}' is a label of data:{wanted.Name}; choose another version, or leave it out.");
        if (wanted.BuiltOn is not { } before)
            return;
        var latest = await DataVersionStore.LatestAsync(tx, caller.Workspace, wanted.Name, ct);
        if ((latest ?? "") != before)
            throw new SlipwayException(ErrorCode.AlreadyExists, $"data:{wanted.Name}@{latest} was made meanwhile; build on it.");
    }

    private static Task<string> NextAsync(DbTransaction tx, Caller caller, NewDataVersion wanted, CancellationToken ct) =>
        DataVersionStore.NextVersionAsync(tx, caller.Workspace, wanted.Name, ct);
}
