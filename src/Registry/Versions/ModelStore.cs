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
        v.created_at as CreatedAt, v.created_by as CreatedBy
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
        var row = await database.FindAsync<Row>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.model = @Model and {condition}",
            parameters,
            ct);
        return row is null ? null : (await WithAliasesAsync(workspace, reference.Model, [row], ct))[0];
    }

    public async Task<ModelVersion?> FindByKeyAsync(WorkspaceName workspace, string key, CancellationToken ct)
    {
        var row = await database.FindAsync<Row>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.idempotency_key = @Key",
            new { Workspace = workspace.Value, Key = key },
            ct);
        return row is null ? null : (await WithAliasesAsync(workspace, row.Model, [row], ct))[0];
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<ModelVersion>> ListAsync(WorkspaceName workspace, string model, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from model_versions v where v.workspace = @Workspace and v.model = @Model order by v.number desc",
            new { Workspace = workspace.Value, Model = model },
            ct);
        return await WithAliasesAsync(workspace, model, rows, ct);
    }

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

    /// <summary>The next number; the row of the model, touched before, keeps two writers apart.</summary>
    public static Task<int> NextNumberAsync(DbTransaction tx, WorkspaceName workspace, string model, CancellationToken ct) =>
        tx.FindAsync<int>(
            "select coalesce(max(number), 0) + 1 from model_versions where workspace = @Workspace and model = @Model",
            new { Workspace = workspace.Value, Model = model },
            ct);

    public static Task<int> InsertAsync(DbTransaction tx, ModelVersion version, string? key, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into model_versions (workspace, model, number, tree, flavor, signature, run_id, description, tags,
                                    idempotency_key, created_at, created_by)
        values (@Workspace, @Model, @Number, @Tree, @Flavor, @Signature, @RunId, @Description, @Tags, @Key, @CreatedAt, @CreatedBy)
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
        WorkspaceName workspace, string model, IReadOnlyList<Row> rows, CancellationToken ct)
    {
        var aliases = (await database.QueryAsync<AliasRow>(
            "select alias as Alias, number as Number from model_aliases where workspace = @Workspace and model = @Model order by alias",
            new { Workspace = workspace.Value, Model = model },
            ct)).ToLookup(alias => alias.Number, alias => alias.Alias);
        return [.. rows.Select(row => row.ToVersion([.. aliases[row.Number]]))];
    }

    private sealed record AliasRow
    {
        public required string Alias { get; init; }

        public required int Number { get; init; }
    }

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Model { get; init; }

        public required int Number { get; init; }

        public required string Tree { get; init; }

        public required string Flavor { get; init; }

        public string? Signature { get; init; }

        public string? RunId { get; init; }

        public string? Description { get; init; }

        public required string Tags { get; init; }

        public required long CreatedAt { get; init; }

        public required string CreatedBy { get; init; }

        public ModelVersion ToVersion(IReadOnlyList<string> aliases) => new()
        {
            Workspace = WorkspaceName.Parse(Workspace),
            Model = Model,
            Number = Number,
            Tree = Digest.Parse(Tree),
            Flavor = Flavor,
            SignatureJson = Signature,
            RunId = RunId,
            Description = Description,
            Tags = JsonSerializer.Deserialize(Tags, RegistryJson.Default.IReadOnlyDictionaryStringString)!,
            Aliases = aliases,
            CreatedAt = CreatedAt.ToTime(),
            CreatedBy = CreatedBy,
        };
    }
}
