using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>Endpoints and their deployments as rows.</summary>
internal sealed class EndpointStore(Database database)
{
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public async Task<OnlineEndpoint?> FindAsync(WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        var found = await ReadAsync("where workspace = @Workspace and name = @Name", workspace, endpoint, ct);
        return found.Count == 0 ? null : found[0].Endpoint;
    }

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<OnlineEndpoint>> ListAsync(WorkspaceName workspace, CancellationToken ct) =>
        [.. (await ReadAsync("where workspace = @Workspace", workspace, "", ct)).Select(found => found.Endpoint)];

    /// <summary>The endpoints of all workspaces: what a server loads at its start.</summary>
    public Task<IReadOnlyList<(WorkspaceName Workspace, OnlineEndpoint Endpoint)>> ListAllAsync(CancellationToken ct) =>
        ReadAsync("", WorkspaceName.Default, "", ct);

    public static Task PutEndpointAsync(
        DbTransaction tx, Caller caller, string endpoint, CollectMode collect, long now, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into online_endpoints (workspace, name, collect, traffic, mirror_traffic, created_at, created_by, updated_at)
        values (@Workspace, @Name, @Collect, '{}', '{}', @Now, @Principal, @Now)
        on conflict (workspace, name) do update set collect = excluded.collect, updated_at = excluded.updated_at
        """,
        new
        {
            Workspace = caller.Workspace.Value,
            Name = endpoint,
            Collect = collect.ToString(),
            Now = now,
            caller.Principal,
        },
        ct);

    /// <summary>False: there is no such endpoint.</summary>
    public static async Task<bool> SetTrafficAsync(
        DbTransaction tx, WorkspaceName workspace, string endpoint, IReadOnlyDictionary<string, int> traffic, long now,
        CancellationToken ct) => await tx.ExecuteAsync(
        """
        update online_endpoints set traffic = @Traffic, updated_at = @Now
        where workspace = @Workspace and name = @Name
        """,
        new { Workspace = workspace.Value, Name = endpoint, Traffic = Json(traffic), Now = now },
        ct) == 1;

    /// <summary>False: there is no such endpoint.</summary>
    public static async Task<bool> SetMirrorAsync(
        DbTransaction tx, WorkspaceName workspace, string endpoint, IReadOnlyDictionary<string, int> mirror, long now,
        CancellationToken ct) => await tx.ExecuteAsync(
        """
        update online_endpoints set mirror_traffic = @Mirror, updated_at = @Now
        where workspace = @Workspace and name = @Name
        """,
        new { Workspace = workspace.Value, Name = endpoint, Mirror = Json(mirror), Now = now },
        ct) == 1;

    public static Task SetSettingsAsync(
        DbTransaction tx, WorkspaceName workspace, string endpoint, EndpointSettings settings, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            "update online_endpoints set settings = @Settings, updated_at = @Now where workspace = @Workspace and name = @Name",
            new
            {
                Workspace = workspace.Value,
                Name = endpoint,
                Settings = JsonSerializer.Serialize(settings, ServingJson.Default.EndpointSettings),
                Now = now,
            },
            ct);

    /// <summary>The split as this transaction sees it; null when there is no such endpoint.</summary>
    public static async Task<IReadOnlyDictionary<string, int>?> FindTrafficAsync(
        DbTransaction tx, WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        var text = await tx.FindAsync<string>(
            "select traffic from online_endpoints where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = endpoint },
            ct);
        return text is null ? null : Parse(text);
    }

    public static Task PutDeploymentAsync(
        DbTransaction tx, Caller caller, OnlineDeployment deployment, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into online_deployments (
            workspace, endpoint, name, model, model_version, state, message, settings, created_at, created_by)
        values (@Workspace, @Endpoint, @Name, @Model, @ModelVersion, @State, @Message, @Settings, @CreatedAt, @Principal)
        on conflict (workspace, endpoint, name) do update
        set model = excluded.model, model_version = excluded.model_version, state = excluded.state,
            message = excluded.message, settings = excluded.settings, created_at = excluded.created_at, created_by = excluded.created_by
        """,
        new
        {
            Workspace = caller.Workspace.Value,
            deployment.Endpoint,
            deployment.Name,
            deployment.Model,
            deployment.ModelVersion,
            deployment.State,
            deployment.Message,
            Settings = JsonSerializer.Serialize(deployment.Settings, ServingJson.Default.DeploymentSettings),
            CreatedAt = deployment.CreatedAt.ToUnixTimeMilliseconds(),
            caller.Principal,
        },
        ct);

    public static Task DeleteDeploymentAsync(
        DbTransaction tx, WorkspaceName workspace, string endpoint, string name, CancellationToken ct) => tx.ExecuteAsync(
        "delete from online_deployments where workspace = @Workspace and endpoint = @Endpoint and name = @Name",
        new { Workspace = workspace.Value, Endpoint = endpoint, Name = name },
        ct);

    public static Task DeleteEndpointAsync(DbTransaction tx, WorkspaceName workspace, string endpoint, CancellationToken ct) =>
        tx.ExecuteAsync(
            "delete from online_endpoints where workspace = @Workspace and name = @Endpoint",
            new { Workspace = workspace.Value, Endpoint = endpoint },
            ct);

    private async Task<IReadOnlyList<(WorkspaceName Workspace, OnlineEndpoint Endpoint)>> ReadAsync(
        string where, WorkspaceName workspace, string name, CancellationToken ct)
    {
        var parameters = new { Workspace = workspace.Value, Name = name };
        await using var connection = await database.OpenAsync(ct);
        var endpoints = await connection.QueryAsync<EndpointRow>(
            $"""
             select workspace, name, collect, traffic, mirror_traffic, settings, created_at
             from online_endpoints {where} order by workspace, name
             """,
            parameters,
            ct);
        var deployments = await connection.QueryAsync<DeploymentRow>(
            $"""
             select workspace, endpoint, name, model, model_version, state, message, settings, created_at
             from online_deployments {where.Replace("name =", "endpoint =", StringComparison.Ordinal)}
             order by workspace, endpoint, created_at, name
             """,
            parameters,
            ct);
        var byEndpoint = deployments.ToLookup(row => (row.Workspace, row.Endpoint), row => row.ToDeployment());
        return
        [
            .. endpoints.Select(row => (
                WorkspaceName.Parse(row.Workspace), row.ToEndpoint([.. byEndpoint[(row.Workspace, row.Name)]]))),
        ];
    }

    private static string Json(IReadOnlyDictionary<string, int> percents) =>
        JsonSerializer.Serialize(percents, ServingJson.Default.IReadOnlyDictionaryStringInt32);

    internal static IReadOnlyDictionary<string, int> Parse(string text) =>
        JsonSerializer.Deserialize(text, ServingJson.Default.IReadOnlyDictionaryStringInt32)!;
}
