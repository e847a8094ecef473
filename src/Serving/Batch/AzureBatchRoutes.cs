using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Serving.Batch;

/// <summary>
/// POST /batch-endpoints/{endpoint}/jobs and GET …/jobs/{name}: an invocation as Azure ML's REST clients send it.
/// https://learn.microsoft.com/azure/machine-learning/how-to-access-data-batch-endpoints-jobs
/// </summary>
internal static class AzureBatchRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/batch-endpoints/{endpoint}/jobs").WithMetadata(new ExcludeFromDescriptionAttribute());
        group.MapPost("", InvokeAsync);
        group.MapGet("/{name}", ShowAsync);
    }

    private static async Task<Created<Response>> InvokeAsync(
        string endpoint, Request request, Caller caller, InvokeBatch operation, CancellationToken ct,
        [FromHeader(Name = "azureml-model-deployment")] string? deployment = null)
    {
        var job = await operation.RunAsync(caller, endpoint, request.ToInvocation(deployment), ct);
        var address = $"/batch-endpoints/{endpoint}/jobs/{job.Name}";
        return TypedResults.Created(address, Response.Of(address, job));
    }

    private static async Task<Ok<Response>> ShowAsync(string endpoint, string name, Caller caller, IJobs jobs, CancellationToken ct)
    {
        var job = await jobs.FindAsync(caller, name, ct);
        return job is not null && job.Tags.GetValueOrDefault("batch_endpoint") == endpoint
            ? TypedResults.Ok(Response.Of($"/batch-endpoints/{endpoint}/jobs/{name}", job))
            : throw SlipwayException.NotFound($"Job of batch endpoint '{endpoint}'", name);
    }

    internal sealed record Request([property: JsonPropertyName("properties")] Properties? Properties)
    {
        public BatchInvocation ToInvocation(string? deployment)
        {
            var said = Properties ?? throw SlipwayException.Invalid("""Send {"properties":{"InputData":{"data":{"JobInputType":"UriFolder","Uri":"azureml:NAME:1"}}}}.""");
            var inputs = (said.InputData ?? []).ToDictionary(input => input.Key, input => input.Value.ToInput(input.Key));
            if (said.Dataset is { } dataset)
                inputs["data"] = new BatchInput("uri_folder", dataset.Path, null);
            return new BatchInvocation
            {
                Deployment = deployment,
                Inputs = inputs,
                Outputs = (said.OutputData ?? []).ToDictionary(output => output.Key, output => output.Value.ToOutput(output.Key)),
                Experiment = said.Other?.ExperimentName,
                InstanceCount = said.Other?.Resources?.InstanceCount,
            };
        }
    }

    internal sealed record Properties(
        [property: JsonPropertyName("InputData")] Dictionary<string, Input>? InputData,
        [property: JsonPropertyName("OutputData")] Dictionary<string, Output>? OutputData,
        [property: JsonPropertyName("dataset")] Dataset? Dataset,
        [property: JsonPropertyName("properties")] Other? Other);

    internal sealed record Input(
        [property: JsonPropertyName("JobInputType")] string? Type,
        [property: JsonPropertyName("Uri")] string? Uri,
        [property: JsonPropertyName("Value")] System.Text.Json.JsonElement? Value)
    {
        public BatchInput ToInput(string name) => Type?.ToLowerInvariant() switch
        {
            "urifile" => new BatchInput("uri_file", Uri, null),
            null or "urifolder" => new BatchInput("uri_folder", Uri, null),
            "literal" => new BatchInput(null, null, Value?.ToString()),
            _ => throw SlipwayException.Invalid($"InputData.{name}: JobInputType is '{Type}'; it is UriFolder, UriFile or Literal."),
        };
    }

    internal sealed record Output(
        [property: JsonPropertyName("JobOutputType")] string? Type, [property: JsonPropertyName("Uri")] string? Uri)
    {
        public BatchOutput ToOutput(string name) => Type?.ToLowerInvariant() switch
        {
            "urifile" => new BatchOutput("uri_file", Uri, null),
            null or "urifolder" => new BatchOutput("uri_folder", Uri, null),
            _ => throw SlipwayException.Invalid($"OutputData.{name}: JobOutputType is '{Type}'; it is UriFolder or UriFile."),
        };
    }

    // {"dataInputType":"DataUrl","Path":"https://…"}: what clients sent before there was InputData.
    internal sealed record Dataset([property: JsonPropertyName("Path")] string? Path);

    internal sealed record Other(
        [property: JsonPropertyName("experimentName")] string? ExperimentName,
        [property: JsonPropertyName("resources")] Machines? Resources);

    internal sealed record Machines([property: JsonPropertyName("instanceCount")] int? InstanceCount);

    internal sealed record Response(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("properties")] ResponseProperties Properties)
    {
        public static Response Of(string address, Job job) => new(address, job.Name, new ResponseProperties(job.Status.ToString(), job.Experiment));
    }

    internal sealed record ResponseProperties(
        [property: JsonPropertyName("status")] string Status, [property: JsonPropertyName("experimentName")] string ExperimentName);
}
