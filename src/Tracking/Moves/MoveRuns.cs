using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Moves;

/// <summary>
/// POST /api/v1/runs/move: puts runs into another experiment, with their metrics, data sets, logged models and traces; all of
/// them or none. Their ids and the place of their artifacts stay.
/// </summary>
internal sealed class MoveRuns(RunMoves moves, ExperimentStore experiments, IAccess access, IAuditLog audit)
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/runs/move", HandleAsync).WithName("MoveRuns").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, MoveRuns operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        if (request.Runs.Count is 0 or > Most)
            throw SlipwayException.Invalid($"'runs' names {request.Runs.Count} runs; it must be 1 to {Most}.");
        foreach (var run in request.Runs)
        {
            MlflowNames.DemandRunId(run);
            await access.DemandAsync(caller, Permission.Write, $"run:{run}", ct);
        }

        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        var target = await experiments.FindByNameOrIdAsync(caller.Workspace, request.Experiment, ct);
        await access.DemandAsync(caller, Permission.Write, $"experiment:{target.Id}", ct);
        var moved = await moves.RunAsync(caller, request.Runs, target.Id, request.Children, ct);
        foreach (var run in moved)
            await audit.AppendAsync(caller, "run.move", $"run:{run.Id}", Detail(run.ExperimentId, target.Id), ct);
        return new Response(Experiment.Text(target.Id), target.Name, [.. moved.Select(run => run.Id)]);
    }

    private static string Detail(long from, long to) => JsonSerializer.Serialize(
        new Dictionary<string, string> { ["from"] = Experiment.Text(from), ["to"] = Experiment.Text(to) });

    /// <param name="Runs">Their ids.</param>
    /// <param name="Experiment">Where to: a name or a number.</param>
    /// <param name="Children">With the runs that name them as their parent, and the children of those.</param>
    internal sealed record Request(
        [property: JsonPropertyName("runs")] IReadOnlyList<string> Runs,
        [property: JsonPropertyName("experiment")] string Experiment,
        [property: JsonPropertyName("children")] bool Children = false);

    /// <param name="Moved">Those that were in another experiment.</param>
    internal sealed record Response(
        [property: JsonPropertyName("experimentId")] string ExperimentId,
        [property: JsonPropertyName("experiment")] string Experiment,
        [property: JsonPropertyName("moved")] IReadOnlyList<string> Moved);
}
