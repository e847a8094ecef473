using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Batch;

/// <summary>Batch endpoints, their deployments and the jobs that they started, as rows.</summary>
internal sealed class BatchStore(Database database, TimeProvider time)
{
    public async Task<BatchEndpoint?> FindAsync(WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        var found = await ReadAsync("where workspace = @Workspace and name = @Name", workspace, endpoint, ct);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<BatchEndpoint> GetAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) =>
        await FindAsync(workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Batch endpoint", endpoint);

    /// <summary>By name.</summary>
    public Task<IReadOnlyList<BatchEndpoint>> ListAsync(WorkspaceName workspace, CancellationToken ct) =>
        ReadAsync("where workspace = @Workspace", workspace, "", ct);

    public Task PutEndpointAsync(Caller caller, BatchEndpoint endpoint, CancellationToken ct) => database.WriteAsync(
        (tx, token) => tx.ExecuteAsync(
            """
            insert into batch_endpoints (workspace, name, default_deployment, description, tags, created_at, created_by, updated_at)
            values (@Workspace, @Name, @DefaultDeployment, @Description, @Tags, @Now, @Principal, @Now)
            on conflict (workspace, name) do update
            set default_deployment = excluded.default_deployment, description = excluded.description, tags = excluded.tags,
                updated_at = excluded.updated_at
            """,
            new
            {
                Workspace = caller.Workspace.Value,
                endpoint.Name,
                endpoint.DefaultDeployment,
                endpoint.Description,
                Tags = Json(endpoint.Tags),
                Now = time.UtcNow(),
                caller.Principal,
            },
            token),
        ct);

    public async Task PutDeploymentAsync(DbTransaction tx, Caller caller, BatchDeployment deployment, bool setDefault, CancellationToken ct)
    {
        var parameters = new
        {
            Workspace = caller.Workspace.Value,
            deployment.Endpoint,
            deployment.Name,
            deployment.Type,
            deployment.Model,
            deployment.ModelVersion,
            Definition = deployment.Definition.ToJsonString(),
            deployment.Source,
            Files = Json(deployment.Files.ToDictionary(file => file.Key, file => file.Value.ToString())),
            Now = time.UtcNow(),
            caller.Principal,
        };
        await tx.ExecuteAsync(
            """
            insert into batch_deployments (
                workspace, endpoint, name, type, model, model_version, definition, source, files, created_at, created_by, updated_at)
            values (@Workspace, @Endpoint, @Name, @Type, @Model, @ModelVersion, @Definition, @Source, @Files, @Now, @Principal, @Now)
            on conflict (workspace, endpoint, name) do update
            set type = excluded.type, model = excluded.model, model_version = excluded.model_version, definition = excluded.definition,
                source = excluded.source, files = excluded.files, updated_at = excluded.updated_at
            """,
            parameters,
            ct);
        if (setDefault)
        {
            await tx.ExecuteAsync(
                "update batch_endpoints set default_deployment = @Name, updated_at = @Now where workspace = @Workspace and name = @Endpoint",
                parameters,
                ct);
        }
    }

    public Task DeleteDeploymentAsync(WorkspaceName workspace, string endpoint, string name, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var parameters = new { Workspace = workspace.Value, Endpoint = endpoint, Name = name, Now = time.UtcNow() };
            await tx.ExecuteAsync(
                "delete from batch_deployments where workspace = @Workspace and endpoint = @Endpoint and name = @Name", parameters, token);
            await tx.ExecuteAsync(
                """
                update batch_endpoints set default_deployment = null, updated_at = @Now
                where workspace = @Workspace and name = @Endpoint and default_deployment = @Name
                """,
                parameters,
                token);
        },
        ct);

    public Task DeleteEndpointAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var parameters = new { Workspace = workspace.Value, Endpoint = endpoint };
            await tx.ExecuteAsync("delete from batch_jobs where workspace = @Workspace and endpoint = @Endpoint", parameters, token);
            await tx.ExecuteAsync("delete from batch_deployments where workspace = @Workspace and endpoint = @Endpoint", parameters, token);
            await tx.ExecuteAsync("delete from batch_endpoints where workspace = @Workspace and name = @Endpoint", parameters, token);
        },
        ct);

    /// <summary>False: a job of this name is noted already.</summary>
    public async Task<bool> AddJobAsync(WorkspaceName workspace, BatchDeployment deployment, string job, CancellationToken ct) =>
        await database.ExecuteAsync(
            """
            insert into batch_jobs (workspace, job, endpoint, deployment, created_at) values (@Workspace, @Job, @Endpoint, @Deployment, @Now)
            on conflict (workspace, job) do nothing
            """,
            new { Workspace = workspace.Value, Job = job, deployment.Endpoint, Deployment = deployment.Name, Now = time.UtcNow() },
            ct) == 1;

    public Task ForgetJobAsync(WorkspaceName workspace, string job, CancellationToken ct) => database.ExecuteAsync(
        "delete from batch_jobs where workspace = @Workspace and job = @Job", new { Workspace = workspace.Value, Job = job }, ct);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<BatchJobRow>> ListJobsAsync(
        WorkspaceName workspace, string endpoint, string? deployment, int limit, CancellationToken ct) => database.QueryAsync<BatchJobRow>(
        """
        select job, deployment from batch_jobs
        where workspace = @Workspace and endpoint = @Endpoint and (@Deployment = '' or deployment = @Deployment)
        order by created_at desc, job limit @Limit
        """,
        new { Workspace = workspace.Value, Endpoint = endpoint, Deployment = deployment ?? "", Limit = limit },
        ct);

    private async Task<IReadOnlyList<BatchEndpoint>> ReadAsync(string where, WorkspaceName workspace, string name, CancellationToken ct)
    {
        var parameters = new { Workspace = workspace.Value, Name = name };
        await using var connection = await database.OpenAsync(ct);
        var endpoints = await connection.QueryAsync<EndpointRow>(
            $"select name, default_deployment, description, tags, created_at from batch_endpoints {where} order by name", parameters, ct);
        var deployments = await connection.QueryAsync<DeploymentRow>(
            $"""
             select endpoint, name, type, model, model_version, definition, source, files, created_at
             from batch_deployments {where.Replace("name =", "endpoint =", StringComparison.Ordinal)} order by created_at, name
             """,
            parameters,
            ct);
        var byEndpoint = deployments.ToLookup(row => row.Endpoint, row => row.ToDeployment());
        return [.. endpoints.Select(row => row.ToEndpoint([.. byEndpoint[row.Name]]))];
    }

    private static string Json(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(map, ServingJson.Default.IReadOnlyDictionaryStringString);

    private static IReadOnlyDictionary<string, string> Map(string json) =>
        JsonSerializer.Deserialize(json, ServingJson.Default.IReadOnlyDictionaryStringString)!;

    internal sealed record BatchJobRow
    {
        public required string Job { get; init; }

        public required string Deployment { get; init; }
    }

    private sealed record EndpointRow
    {
        public required string Name { get; init; }

        public string? DefaultDeployment { get; init; }

        public string? Description { get; init; }

        public required string Tags { get; init; }

        public required long CreatedAt { get; init; }

        public BatchEndpoint ToEndpoint(IReadOnlyList<BatchDeployment> deployments) => new()
        {
            Name = Name,
            DefaultDeployment = DefaultDeployment,
            Description = Description,
            Tags = Map(Tags),
            CreatedAt = CreatedAt.ToTime(),
            Deployments = deployments,
        };
    }

    private sealed record DeploymentRow
    {
        public required string Endpoint { get; init; }

        public required string Name { get; init; }

        public required string Type { get; init; }

        public string? Model { get; init; }

        public int? ModelVersion { get; init; }

        public required string Definition { get; init; }

        public required string Source { get; init; }

        public required string Files { get; init; }

        public required long CreatedAt { get; init; }

        public BatchDeployment ToDeployment() => new()
        {
            Endpoint = Endpoint,
            Name = Name,
            Type = Type,
            Model = Model,
            ModelVersion = ModelVersion,
            Definition = JsonNode.Parse(Definition)!.AsObject(),
            Source = Source,
            Files = Map(Files).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
            CreatedAt = CreatedAt.ToTime(),
        };
    }
}
