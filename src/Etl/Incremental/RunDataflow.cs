using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>
/// POST /api/v1/dataflows/{name}/run: asks for all windows that are due and not done. POST …/backfill: for those that begin in a range,
/// again, when that is wanted. Both may be repeated: a window that waits or runs stays as it is.
/// </summary>
internal sealed class RunDataflow(
    Database database, DataflowStore store, ShowDataflows show, WorkQueue queue, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/dataflows/{name}/run", RunAsync).WithName("RunDataflow").WithTags("dataflows");
        routes.MapPost("/dataflows/{name}/backfill", BackfillAsync).WithName("BackfillDataflow").WithTags("dataflows");
    }

    private static async Task<Accepted<Response>> RunAsync(Caller caller, string name, RunDataflow operation, CancellationToken ct)
    {
        var dataflow = await operation.FindAsync(caller, name, ct);
        return Accepted(name, await operation.AskAsync(caller, "dataflow.run", dataflow, null, null, false, ct));
    }

    private static async Task<Accepted<Response>> BackfillAsync(
        Caller caller, string name, Request request, RunDataflow operation, CancellationToken ct)
    {
        if (request.To <= request.From)
            throw SlipwayException.Invalid($"The range ends ({request.To:u}) before it begins ({request.From:u}).");
        var dataflow = await operation.FindAsync(caller, name, ct);
        if (dataflow.Plan().IsByWatermark)
            throw SlipwayException.Invalid($"The dataflow '{name}' has no windows of one length to fill: it goes on from its watermark, by run.");
        return Accepted(
            name, await operation.AskAsync(caller, "dataflow.backfill", dataflow, request.From, request.To, request.Again ?? false, ct));
    }

    /// <summary>How many windows are due in the range, and how many of them are asked for now.</summary>
    public async Task<Response> AskAsync(Dataflow dataflow, DateTimeOffset? from, DateTimeOffset? to, bool again, CancellationToken ct)
    {
        var plan = dataflow.Plan();
        var due = plan.Due(from, to, await store.LastEndAsync(dataflow.Id, ct), time.GetUtcNow());
        if (plan.IsByWatermark)
            due = [.. due.Concat((await store.ListAsync(dataflow.Id, WindowState.Failed, 1000, ct)).Select(failed => failed.Stretch)).Distinct()];
        var windows = due.Select(stretch => New(dataflow, stretch)).ToList();
        var asked = await database.WriteAsync(
            async (tx, token) =>
            {
                var added = windows.Count == 0 ? 0 : await DataflowStore.AskAsync(tx, windows, again, token);
                await queue.EnqueueAsync(tx, dataflow.Look(), token);
                return added;
            },
            ct);
        return new Response(windows.Count, asked);
    }

    private async Task<Response> AskAsync(
        Caller caller, string action, Dataflow dataflow, DateTimeOffset? from, DateTimeOffset? to, bool again, CancellationToken ct)
    {
        var response = await AskAsync(dataflow, from, to, again, ct);
        await audit.AppendAsync(caller, action, dataflow.Node, null, ct);
        return response;
    }

    private Task<Dataflow> FindAsync(Caller caller, string name, CancellationToken ct) => show.FindAsync(caller, name, Permission.Write, ct);

    private static Accepted<Response> Accepted(string name, Response response) => TypedResults.Accepted($"/api/v1/dataflows/{name}/windows", response);

    private FlowWindow New(Dataflow dataflow, Stretch stretch) => new()
    {
        DataflowId = dataflow.Id,
        FromAt = stretch.From,
        ToAt = stretch.To,
        State = WindowState.Waiting,
        Attempt = 1,
        AskedAt = time.UtcNow(),
    };

    /// <param name="From">Windows that begin from here on.</param>
    /// <param name="To">And before this.</param>
    /// <param name="Again">True: also those that are done.</param>
    public sealed record Request(DateTimeOffset From, DateTimeOffset To, bool? Again);

    /// <param name="Windows">How many are due.</param>
    /// <param name="Asked">How many of them were not done and do not run already.</param>
    internal sealed record Response([property: JsonPropertyName("windows")] int Windows, [property: JsonPropertyName("asked")] int Asked);
}
