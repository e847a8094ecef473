using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs/{name}/outputs: the outputs of the job as a whole, by the names that it gives them, with what they are.</summary>
internal sealed class ListOutputs(JobStore jobs, StepStore steps, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/outputs", HandleAsync).WithName("ListJobOutputs").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, string name, ListOutputs operation, CancellationToken ct) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, name, ct)));

    public async Task<IReadOnlyList<Output>> RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var plan = (await jobs.LoadAsync(row.Id, ct))!.Plan;
        var made = (await steps.ListAsync(row.Id, ct)).ToDictionary(step => step.Position, step => JobsJson.ReadOutputs(step.Outputs));
        return [.. plan.Outputs.Select(output =>
        {
            var found = made[output.Step].GetValueOrDefault(output.Output);
            return new Output(output.Name, plan.Steps[output.Step].Name, output.Output, found?.Tree?.ToString(), found?.Node);
        })];
    }

    internal sealed record Response(IReadOnlyList<Output> Outputs);

    /// <param name="Step">The step that makes it.</param>
    /// <param name="StepOutput">What that step calls it.</param>
    /// <param name="Tree">Null: it is not made.</param>
    internal sealed record Output(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("step")] string Step,
        [property: JsonPropertyName("stepOutput")] string StepOutput,
        [property: JsonPropertyName("tree")] string? Tree,
        [property: JsonPropertyName("node")] string? Node);
}
