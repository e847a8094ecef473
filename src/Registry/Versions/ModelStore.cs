using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>Registered models, their versions and aliases as rows.</summary>
internal sealed class ModelStore(Database database)
{
    private const string Columns =
        """
        v.workspace as Workspace, v.model as Model, v.number as Number, v.tree as Tree, v.flavor as Flavor,
        v.signature as Signature, v.run_id as RunId, v.description as Description, v.tags as Tags,
        v.created_at as CreatedAt, v.created_by as CreatedBy, v.source as Source, v.run_link as RunLink,
        v.logged_model_id as LoggedModelId, v.stage as Stage, v.updated_at as UpdatedAt
        """;

    public async Task<ModelVersion?> FindAsync(WorkspaceName workspace, ModelReference reference, CancellationToken ct)
    {
        var condition = reference switch
        {
            { Number: not null } => "v.number = @Number",
            { Alias: "latest" } => "v.number = (select max(number) from model_versions where workspace = @Workspace and model = @Model)",
            _ => "v.number = (select number from model_aliases where workspace = @Workspace and model = @Model and alias = @Alias)",
        };
        var parameters = new { Workspace = workspace.Value, reference.Model, reference.Number, reference.Alias };
        var row = await database.FindAsync<ModelVersionRow>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.model = @Model and {condition}",
            parameters,
            ct);
        return row is null ? null : (await WithAliasesAsync(workspace, [row], ct))[0];
    }

    public async Task<ModelVersion?> FindByKeyAsync(WorkspaceName workspace, string key, CancellationToken ct)
    {
        var row = await database.FindAsync<ModelVersionRow>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.idempotency_key = @Key",
            new { Workspace = workspace.Value, Key = key },
            ct);
        return row is null ? null : (await WithAliasesAsync(workspace, [row], ct))[0];
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ModelVersion>> ListAsync(WorkspaceName workspace, string model, CancellationToken ct)
    {
        var rows = await database.QueryAsync<ModelVersionRow>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.model = @Model order by v.number desc",
            new { Workspace = workspace.Value, Model = model },
            ct);
        return await WithAliasesAsync(workspace, rows, ct);
    }

    /// <param name="rest">What follows "where v.workspace = @Workspace".</param>
    /// <param name="parameters">With Workspace.</param>
    public async Task<IReadOnlyList<ModelVersion>> SearchAsync(
        WorkspaceName workspace, string rest, object parameters, CancellationToken ct) => await WithAliasesAsync(
        workspace,
        await database.QueryAsync<ModelVersionRow>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace {rest}", parameters, ct),
        ct);

    /// <summary>Gives files to a version that had none; nothing happens when another was quicker.</summary>
    public Task SetTreeAsync(ModelVersion version, Digest none, CancellationToken ct) => database.ExecuteAsync(
        """
        update model_versions set tree = @Tree, flavor = @Flavor
        where workspace = @Workspace and model = @Model and number = @Number and tree = @None
        """,
        new
        {
            Tree = version.Tree.ToString(),
            version.Flavor,
            Workspace = version.Workspace.Value,
            version.Model,
            version.Number,
            None = none.ToString(),
        },
        ct);

    /// <summary>The names of all models, in order.</summary>
    public Task<IReadOnlyList<string>> ListModelsAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<string>(
        "select name from registered_models where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    public static Task<int> TouchModelAsync(DbTransaction tx, Caller caller, string model, long now, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into registered_models (workspace, name, tags, created_at, created_by, updated_at)
        values (@Workspace, @Model, '{}', @Now, @By, @Now)
        on conflict (workspace, name) do update set updated_at = excluded.updated_at
        """,
        new { Workspace = caller.Workspace.Value, Model = model, Now = now, By = caller.Principal },
        ct);

    /// <summary>
    /// The next number; the row of the model, touched before, keeps two writers apart. It counts on from the history, so
    /// that no number is used again after a deletion: gate decisions and lineage go by it.
    /// </summary>
    public static Task<int> NextNumberAsync(DbTransaction tx, WorkspaceName workspace, string model, CancellationToken ct) =>
        tx.FindAsync<int>(
            """
            select coalesce(max(number), 0) + 1 from model_history
            where workspace = @Workspace and model = @Model and act in ('registered', 'renamed')
            """,
            new { Workspace = workspace.Value, Model = model },
            ct);

    public static Task<int> InsertAsync(DbTransaction tx, ModelVersion version, string? key, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into model_versions (workspace, model, number, tree, flavor, signature, run_id, description, tags,
                                    idempotency_key, created_at, created_by, source, run_link, logged_model_id, updated_at, stage)
        values (@Workspace, @Model, @Number, @Tree, @Flavor, @Signature, @RunId, @Description, @Tags, @Key, @CreatedAt, @CreatedBy,
                @Source, @RunLink, @LoggedModelId, @CreatedAt, @Stage)
        """,
        new
        {
            Workspace = version.Workspace.Value,
            version.Model,
            version.Number,
            Tree = version.Tree.ToString(),
            version.Flavor,
            Signature = version.SignatureJson,
            version.RunId,
            version.Description,
            Tags = JsonSerializer.Serialize(version.Tags, RegistryJson.Default.IReadOnlyDictionaryStringString),
            Key = key,
            CreatedAt = version.CreatedAt.ToUnixTimeMilliseconds(),
            version.CreatedBy,
            version.Source,
            version.RunLink,
            version.LoggedModelId,
            version.Stage,
        },
        ct);

    public static async Task<int?> FindAliasAsync(
        DbTransaction tx, WorkspaceName workspace, string model, string alias, CancellationToken ct) =>
        await tx.FindAsync<int?>(
            "select number from model_aliases where workspace = @Workspace and model = @Model and alias = @Alias",
            new { Workspace = workspace.Value, Model = model, Alias = alias },
            ct);

    public static Task<int> PutAliasAsync(
        DbTransaction tx, WorkspaceName workspace, string model, string alias, int number, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into model_aliases (workspace, model, alias, number) values (@Workspace, @Model, @Alias, @Number)
        on conflict (workspace, model, alias) do update set number = excluded.number
        """,
        new { Workspace = workspace.Value, Model = model, Alias = alias, Number = number },
        ct);

    private async Task<IReadOnlyList<ModelVersion>> WithAliasesAsync(
        WorkspaceName workspace, IReadOnlyList<ModelVersionRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
            return [];
        var one = rows.All(row => row.Model == rows[0].Model);
        var aliases = (await database.QueryAsync<AliasRow>(
            $"""
            select model as Model, alias as Alias, number as Number from model_aliases
            where workspace = @Workspace {(one ? "and model = @Model" : "")} order by alias
            """,
            new { Workspace = workspace.Value, rows[0].Model },
            ct)).ToLookup(alias => (alias.Model, alias.Number), alias => alias.Alias);
        return [.. rows.Select(row => row.ToVersion([.. aliases[(row.Model, row.Number)]]))];
    }

    private sealed record AliasRow
    {
        public required string Model { get; init; }

        public required string Alias { get; init; }

        public required int Number { get; init; }
    }
}
