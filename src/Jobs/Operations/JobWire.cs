using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>A job on the wire.</summary>
internal sealed record JobWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("experimentName")] string Experiment,
    [property: JsonPropertyName("displayName")] string? DisplayName,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("runId")] string RunId,
    [property: JsonPropertyName("parentJobName")] string? ParentName,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string> Tags,
    [property: JsonPropertyName("steps")] IReadOnlyList<JobWire.Step> Steps)
{
    public static JobWire Of(Job job) => new(
        job.Name, job.Type, job.Experiment, job.DisplayName, job.Status.ToString(), job.Message, job.RunId, job.ParentName, job.CreatedAt,
        job.StartedAt, job.EndedAt, job.Tags, [.. job.Steps.Select(Step.Of)]);

    internal sealed record Step(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("kind")] string Kind,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("message")] string? Message,
        [property: JsonPropertyName("runId")] string RunId,
        [property: JsonPropertyName("reused")] bool Reused,
        [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
        [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt,
        [property: JsonPropertyName("outputs")] IReadOnlyDictionary<string, Output> Outputs)
    {
        public static Step Of(JobStep step) => new(
            step.Name, step.Kind, step.Status.ToString(), step.Message, step.RunId, step.Reused, step.StartedAt, step.EndedAt,
            step.Outputs.ToDictionary(output => output.Key, output => new Output(output.Value.Tree?.ToString(), output.Value.Node)));
    }

    internal sealed record Output(
        [property: JsonPropertyName("tree")] string? Tree,
        [property: JsonPropertyName("node")] string? Node);
}
