using System.Data.Common;
using System.Text.Json;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Versions;

namespace Slipway.Registry.Mlflow;

/// <summary>Registered models as rows, with what MLflow keeps of them.</summary>
internal sealed class RegisteredModelStore(Database database, ModelStore versions)
{
    /// <summary>A condition on v: it is the newest version of its stage.</summary>
    public const string Newest =
        """
        v.number = (select max(n.number) from model_versions n
                    where n.workspace = v.workspace and n.model = v.model and n.stage = v.stage)
        """;

    public static SlipwayException Unknown(string name) =>
        new(ErrorCode.NotFound, $"Registered Model with name={name} not found");

    public static SlipwayException Taken(string name) =>
        new(ErrorCode.AlreadyExists, $"Registered Model (name={name}) already exists; choose another name.");

    public async Task<RegisteredModel> GetAsync(WorkspaceName workspace, string name, CancellationToken ct)
    {
        var parameters = new DynamicParameters(new { Workspace = workspace.Value, Name = name });
        return await SearchAsync(workspace, "and m.name = @Name", parameters, ct) is [var model] ? model : throw Unknown(name);
    }

    public async Task DemandAsync(WorkspaceName workspace, string name, CancellationToken ct)
    {
        if (await database.FindAsync<string>(
            "select name from registered_models where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct) is null)
        {
            throw Unknown(name);
        }
    }

    /// <param name="rest">What follows "where m.workspace = @Workspace".</param>
    public async Task<IReadOnlyList<RegisteredModel>> SearchAsync(
        WorkspaceName workspace, string rest, DynamicParameters parameters, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
            select m.name, m.description, m.tags, m.created_at, m.updated_at
            from registered_models m where m.workspace = @Workspace {rest}
            """,
            parameters,
            ct);
        var among = new { Workspace = workspace.Value, Names = rows.Select(row => row.Name).ToArray() };
        var latest = (await versions.SearchAsync(
            workspace, $"and {database.Dialect.AnyOf("v.model", "@Names")} and {Newest} order by v.number", among, ct))
            .ToLookup(version => version.Model);
        var aliases = (await database.QueryAsync<AliasRow>(
            $"""
            select model, alias, number from model_aliases
            where workspace = @Workspace and {database.Dialect.AnyOf("model", "@Names")} order by alias
            """,
            among,
            ct)).ToLookup(row => row.Model, row => (row.Alias, row.Number));
        return
        [
            .. rows.Select(row => new RegisteredModel
            {
                Name = row.Name,
                Description = row.Description,
                Tags = Parse(row.Tags),
                CreatedAt = row.CreatedAt,
                UpdatedAt = row.UpdatedAt,
                Latest = [.. latest[row.Name]],
                Aliases = [.. aliases[row.Name]],
            }),
        ];
    }

    /// <summary>False when the name is taken.</summary>
    public static async Task<bool> AddAsync(
        DbTransaction tx, Caller caller, string name, string? description, IReadOnlyDictionary<string, string> tags, long now,
        CancellationToken ct) => await tx.ExecuteAsync(
        """
        insert into registered_models (workspace, name, description, tags, created_at, created_by, updated_at)
        values (@Workspace, @Name, @Description, @Tags, @Now, @By, @Now)
        on conflict (workspace, name) do nothing
        """,
        new
        {
            Workspace = caller.Workspace.Value,
            Name = name,
            Description = description,
            Tags = Text(tags),
            Now = now,
            By = caller.Principal,
        },
        ct) == 1;

    /// <summary>Moves a model with all that hangs on it; the history of the old name ends with the number it came to.</summary>
    public static async Task RenameAsync(
        DbTransaction tx, WorkspaceName workspace, string name, string newName, long now, CancellationToken ct)
    {
        var names = new { Workspace = workspace.Value, Name = name, NewName = newName, Now = now };
        var moved = await tx.ExecuteAsync(
            """
            insert into registered_models (workspace, name, description, tags, created_at, created_by, updated_at)
            select workspace, @NewName, description, tags, created_at, created_by, @Now
            from registered_models where workspace = @Workspace and name = @Name
            on conflict (workspace, name) do nothing
            """,
            names,
            ct);
        if (moved == 0)
            throw Taken(newName);

        // An alias refers to its version by name, so it cannot stay while the version moves.
        var aliases = await tx.QueryAsync<AliasRow>(
            "select model, alias, number from model_aliases where workspace = @Workspace and model = @Name", names, ct);
        await tx.ExecuteAsync("delete from model_aliases where workspace = @Workspace and model = @Name", names, ct);
        foreach (var table in (string[])["model_versions", "model_history", "gate_decisions"])
            await tx.ExecuteAsync($"update {table} set model = @NewName where workspace = @Workspace and model = @Name", names, ct);
        foreach (var alias in aliases)
            await ModelStore.PutAliasAsync(tx, workspace, newName, alias.Alias, alias.Number, ct);
        await tx.ExecuteAsync("delete from registered_models where workspace = @Workspace and name = @Name", names, ct);
    }

    public static async Task DeleteAsync(DbTransaction tx, WorkspaceName workspace, string name, CancellationToken ct)
    {
        var model = new { Workspace = workspace.Value, Name = name };
        await tx.ExecuteAsync("delete from model_aliases where workspace = @Workspace and model = @Name", model, ct);
        await tx.ExecuteAsync("delete from model_versions where workspace = @Workspace and model = @Name", model, ct);
        await tx.ExecuteAsync("delete from registered_models where workspace = @Workspace and name = @Name", model, ct);
    }

    public static Task DescribeAsync(DbTransaction tx, WorkspaceName workspace, string name, string description, CancellationToken ct) =>
        tx.ExecuteAsync(
            "update registered_models set description = @Description where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name, Description = description },
            ct);

    /// <param name="value">Null: the tag goes.</param>
    public static async Task SetTagAsync(
        DbTransaction tx, WorkspaceName workspace, string name, string key, string? value, CancellationToken ct)
    {
        var model = new { Workspace = workspace.Value, Name = name };
        var tags = await tx.FindAsync<string>("select tags from registered_models where workspace = @Workspace and name = @Name", model, ct);
        await tx.ExecuteAsync(
            "update registered_models set tags = @Tags where workspace = @Workspace and name = @Name",
            new { model.Workspace, model.Name, Tags = With(tags!, key, value) },
            ct);
    }

    /// <summary>Whether the model is one of MLflow's prompts.</summary>
    public static async Task<bool> IsPromptAsync(DbTransaction tx, WorkspaceName workspace, string name, CancellationToken ct)
    {
        var tags = await tx.FindAsync<string>(
            "select tags from registered_models where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct);
        return tags is not null && Parse(tags).GetValueOrDefault(RegistryFields.PromptTag) == "true";
    }

    /// <summary>A JSON object of tags with one set or taken out.</summary>
    public static string With(string tags, string key, string? value)
    {
        var all = new Dictionary<string, string>(Parse(tags));
        if (value is null)
            all.Remove(key);
        else
            all[key] = value;
        return Text(all);
    }

    private static IReadOnlyDictionary<string, string> Parse(string tags) =>
        JsonSerializer.Deserialize(tags, RegistryJson.Default.IReadOnlyDictionaryStringString)!;

    private static string Text(IReadOnlyDictionary<string, string> tags) =>
        JsonSerializer.Serialize(tags, RegistryJson.Default.IReadOnlyDictionaryStringString);

    private sealed record AliasRow
    {
        public required string Model { get; init; }

        public required string Alias { get; init; }

        public required int Number { get; init; }
    }

    private sealed record Row
    {
        public required string Name { get; init; }

        public string? Description { get; init; }

        public required string Tags { get; init; }

        public required long CreatedAt { get; init; }

        public required long UpdatedAt { get; init; }
    }
}
