using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Collection;

/// <summary>GET …/online-endpoints/{endpoint}/feedback: what came of labels, and how many belong to no answer.</summary>
internal sealed class ShowFeedback(EndpointStore endpoints, CollectedData collected, ILakeTables lake, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/online-endpoints/{endpoint}/feedback", HandleAsync)
        .WithName("ShowFeedback").WithTags("online-endpoints");

    public async Task<Response> RunAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        _ = await endpoints.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var (labels, answers) = await collected.FeedbackAsync(caller.Workspace, endpoint, ct);
        if (labels is null)
            return new Response(0, 0, 0, 0);
        using var connection = lake.Connect();
        using var result = connection.Query(
            $"""
             select sum(times)::bigint, count(*), count(*) filter (times > 1), count(*) filter (answer is null)
             from (select request_id, row, count(*) as times from {labels} group by all) as label
             left join (select distinct request_id, row, true as answer from {answers}) using (request_id, row)
             """,
            ct);
        return result.Read(row => new Response(row.Get<long>(0), row.Get<long>(1), row.Get<long>(2), row.Get<long>(3)))[0];
    }

    private static async Task<Ok<Response>> HandleAsync(string endpoint, Caller caller, ShowFeedback operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, endpoint, ct));

    /// <param name="Labels">All that were sent.</param>
    /// <param name="Predictions">The ids that have one; the last one for an id counts.</param>
    /// <param name="Corrected">Ids of which more than one came.</param>
    /// <param name="Unknown">Ids to which no kept answer belongs: it may come yet, was left out by sampling, is forgotten, or there was none.</param>
    internal sealed record Response(long Labels, long Predictions, long Corrected, long Unknown);
}
