using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Batch;

/// <summary>POST /api/v1/batch-endpoints/{endpoint}/invoke: starts the job that scores what is given.</summary>
internal sealed class InvokeBatch(
    BatchStore store, IJobs jobs, IDatastores datastores, LineageLog lineage, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/batch-endpoints/{endpoint}/invoke", HandleAsync).WithName("InvokeBatchEndpoint").WithTags("batch-endpoints");

    public async Task<Job> RunAsync(Caller caller, string endpoint, BatchInvocation asked, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        var deployment = (await store.GetAsync(caller.Workspace, endpoint, ct)).Choose(asked.Deployment);
        await CheckAsync(caller, deployment, asked, ct);
        var name = asked.JobName ?? $"{endpoint}-{deployment.Name}-{RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 10)}";
        var wanted = BatchJob.Of(deployment, asked, name);
        var isNew = await store.AddJobAsync(caller.Workspace, deployment, name, ct);
        Job job;
        try
        {
            job = await jobs.SubmitAsync(caller, wanted, ct);
        }
        catch when (isNew)
        {
            await store.ForgetJobAsync(caller.Workspace, name, CancellationToken.None);
            throw;
        }

        await lineage.AppendAsync(caller, [.. job.Steps.Select(step => new NewEdge("invoked", deployment.Node, $"run:{step.RunId}"))], ct);
        await audit.AppendAsync(caller, "batch_endpoint.invoke", deployment.Node, new JsonObject { ["job"] = name }.ToJsonString(), ct);
        return job;
    }

    private static async Task<Created<BatchJobWire>> HandleAsync(
        string endpoint, Request request, Caller caller, InvokeBatch operation, CancellationToken ct)
    {
        var job = await operation.RunAsync(caller, endpoint, request.ToInvocation(), ct);
        return TypedResults.Created($"/api/v1/jobs/{job.Name}", BatchJobWire.Of(job, job.Tags["batch_deployment"]));
    }

    private async Task CheckAsync(Caller caller, BatchDeployment deployment, BatchInvocation asked, CancellationToken ct)
    {
        foreach (var (name, input) in asked.Inputs.Where(input => input.Value is { Path: null, Value: null }))
            throw SlipwayException.Invalid($"inputs.{name} ({input.Type ?? "uri_folder"}) has neither a path nor a value.");
        if (asked.Settings.Count > 0)
            CheckSettings(deployment, asked.Settings);
        if (asked.InstanceCount is < 1 or > 1000)
            throw SlipwayException.Invalid($"instanceCount is {asked.InstanceCount}; it is from 1 to 1000.");
        foreach (var (name, output) in asked.Outputs.Where(output => output.Value.Path is not null))
        {
            var place = DataUri.OfDatastore(output.Path!)
                ?? throw SlipwayException.Invalid($"outputs.{name}.path is '{output.Path}'; write azureml://datastores/NAME/paths/FOLDER.");
            await datastores.OpenAsync(caller, place.Datastore!, Permission.Write, ct);
        }
    }

    // They are the deployment's own, and checked as such.
    private static void CheckSettings(BatchDeployment deployment, JsonObject settings)
    {
        if (deployment.Type == BatchDeployment.OfPipeline)
            throw SlipwayException.Invalid($"settings.{settings.First().Key}: '{deployment.Endpoint}/{deployment.Name}' runs a pipeline, which has no mini-batches of its own.");
        var whole = new JsonObject { ["type"] = BatchDeployment.OfModel, ["settings"] = settings.DeepClone() };
        Definitions.Read(new DefinitionFile { Yaml = whole.ToJsonString(), Source = "invocation", Kind = "batch-deployment" });
    }

    /// <param name="Deployment">Null: the endpoint's default.</param>
    /// <param name="Files">The digest of the tree of each local path among the inputs.</param>
    /// <param name="Settings">mini_batch_size, output_file_name, … for this run alone.</param>
    internal sealed record Request(
        string? Deployment, Dictionary<string, BatchInput>? Inputs, Dictionary<string, BatchOutput>? Outputs, Dictionary<string, string>? Files,
        JsonElement? Settings, int? InstanceCount, string? JobName, string? ExperimentName)
    {
        public BatchInvocation ToInvocation() => new()
        {
            Deployment = Deployment,
            Inputs = Inputs ?? [],
            Outputs = Outputs ?? [],
            Files = (Files ?? []).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
            Settings = Settings switch
            {
                null or { ValueKind: JsonValueKind.Null } => [],
                { ValueKind: JsonValueKind.Object } given => JsonObject.Create(given)!,
                _ => throw SlipwayException.Invalid("settings is an object: {\"mini_batch_size\":5}."),
            },
            InstanceCount = InstanceCount,
            JobName = JobName,
            Experiment = ExperimentName,
        };
    }
}

/// <summary>A job of a batch endpoint on the wire.</summary>
internal sealed record BatchJobWire(
    string Name, string Deployment, string ExperimentName, string Status, string? Message, string RunId, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt)
{
    public static BatchJobWire Of(Job job, string deployment) => new(
        job.Name, deployment, job.Experiment, job.Status.ToString(), job.Message, job.RunId, job.CreatedAt, job.StartedAt, job.EndedAt);
}
