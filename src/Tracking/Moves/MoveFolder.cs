using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Moves;

/// <summary>
/// POST /api/v1/experiments/move: renames a folder of experiments, "team/old" to "archive/old", with all below it; all of them or
/// none. Deleted ones move too, since they keep their names.
/// </summary>
internal sealed class MoveFolder(FolderMoves moves, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/experiments/move", HandleAsync).WithName("MoveExperiments").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, MoveFolder operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        var (from, to) = (ExperimentFolder.Parse(request.From), ExperimentFolder.Parse(request.To));
        await access.DemandAsync(caller, Permission.Write, $"experiment:{from.Value}/*", ct);
        var names = await moves.RunAsync(caller.Workspace, from, to, ct);
        if (names.Count == 0)
            throw SlipwayException.NotFound("Folder of experiments", from.Value);
        foreach (var (id, name) in names)
        {
            var detail = JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = name });
            await audit.AppendAsync(caller, "experiment.rename", $"experiment:{id}", detail, ct);
        }

        return new Response([.. names.OrderBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => new Item(Experiment.Text(pair.Key), pair.Value))]);
    }

    /// <param name="To">"" is the top.</param>
    internal sealed record Request([property: JsonPropertyName("from")] string From, [property: JsonPropertyName("to")] string To);

    internal sealed record Response([property: JsonPropertyName("experiments")] IReadOnlyList<Item> Experiments);

    internal sealed record Item([property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("name")] string Name);
}
