using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;

namespace Slipway.Monitoring.Retraining;

/// <summary>The training job of a policy: the text of its definition and the content of the files that it names.</summary>
internal sealed record PolicyJob(string Yaml, string Source, IReadOnlyDictionary<string, string> Files);

/// <summary>Retraining policies, kept as they were declared.</summary>
internal sealed class PolicyStore(Database database, TimeProvider time)
{
    private const string Columns = "workspace, name, definition, job, enabled, created_at, created_by, updated_at";

    public Task<int> PutAsync(Caller caller, string name, string definition, PolicyJob? job, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into retraining_policies ({Columns}) values (@Workspace, @Name, @Definition, @Job, @Enabled, @Now, @Principal, @Now)
         on conflict (workspace, name) do update
         set definition = excluded.definition, job = excluded.job, updated_at = excluded.updated_at
         """,
        new
        {
            Workspace = caller.Workspace.Value,
            Name = name,
            Definition = definition,
            Job = JsonSerializer.Serialize(job, MonitoringJson.Default.PolicyJob),
            Enabled = true,
            Now = time.UtcNow(),
            caller.Principal,
        },
        ct);

    public Task<PolicyRow?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.FindAsync<PolicyRow>(
        $"select {Columns} from retraining_policies where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name },
        ct);

    public async Task<PolicyRow> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        await FindAsync(workspace, name, ct) ?? throw SlipwayException.NotFound("Retraining policy", name);

    public Task<IReadOnlyList<PolicyRow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<PolicyRow>(
        $"select {Columns} from retraining_policies where workspace = @Workspace order by name",
        new { Workspace = workspace.Value },
        ct);

    /// <summary>False when there is no such policy.</summary>
    public async Task<bool> SetEnabledAsync(WorkspaceName workspace, string name, bool enabled, CancellationToken ct) => await database.ExecuteAsync(
        "update retraining_policies set enabled = @Enabled, updated_at = @Now where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name, Enabled = enabled, Now = time.UtcNow() },
        ct) > 0;

    /// <summary>False when there was none. Its decisions stay.</summary>
    public async Task<bool> DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => await database.ExecuteAsync(
        "delete from retraining_policies where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name },
        ct) > 0;
}

internal sealed record PolicyRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Definition { get; init; }

    public required string Job { get; init; }

    /// <summary>The timer asks it; by hand it can always be asked.</summary>
    public required bool Enabled { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public RetrainingDefinition Read() => RetrainingReader.Read(Definition, Name);

    public PolicyJob? ReadJob() => JsonSerializer.Deserialize(Job, MonitoringJson.Default.PolicyJob);
}

[JsonSerializable(typeof(PolicyJob))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class MonitoringJson : JsonSerializerContext;
