using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Online;

namespace Slipway.Serving.Edge;

/// <summary>
/// POST …/online-endpoints/{endpoint}/segments: lists answers that a data plane elsewhere collected and uploaded as a blob. What the
/// file holds is read from it, not believed; the same file is listed once, however often it is told.
/// </summary>
internal sealed class TakeSegment(EndpointStore endpoints, SegmentStore segments, ContentStore content, ILakeTables lake, IAccess access, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/online-endpoints/{endpoint}/segments", HandleAsync).WithMetadata(new ExcludeFromDescriptionAttribute());

    private static async Task<NoContent> HandleAsync(
        string endpoint, HttpContext context, Caller caller, TakeSegment operation, CancellationToken ct)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, EdgeJson.Default.EdgeSegment, ct);
        if (request is not { Deployment: not null, Model: not null, Digest: not null })
            throw SlipwayException.Invalid("A segment has a deployment, a model, a modelVersion and a digest.");
        await operation.RunAsync(caller, endpoint, request, ct);
        return TypedResults.NoContent();
    }

    private async Task RunAsync(Caller caller, string endpoint, EdgeSegment request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        _ = await endpoints.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        ServingName.Check("a deployment's name", request.Deployment);
        var digest = Digest.Parse(request.Digest);
        var sizes = await content.SizesAsync([digest], ct);
        if (!sizes.TryGetValue(digest, out var size))
            throw SlipwayException.NotFound("Blob", request.Digest);
        var segment = await ReadAsync(caller, endpoint, request, digest, ct);
        if (segment.Rows == 0)
        {
            if (request.SampledOut + request.OptedOut == 0)
                return;

            // Nothing was kept: it tells what was left out until now.
            segment = segment with { MinEventTime = time.UtcNow(), MaxEventTime = time.UtcNow() };
        }

        await segments.AddAnswersOnceAsync(segment with { SizeBytes = size }, ct);
    }

    private async Task<Segment> ReadAsync(Caller caller, string endpoint, EdgeSegment request, Digest digest, CancellationToken ct)
    {
        var file = await content.LocalFileAsync(digest, ct);
        using var connection = lake.Connect();
        try
        {
            using var result = connection.Query(
                $"""
                 select count(*)::bigint, coalesce(epoch_ms(min(event_time)), 0)::bigint, coalesce(epoch_ms(max(event_time)), 0)::bigint,
                     coalesce(min(request_id), '')::varchar, coalesce(max(request_id), '')::varchar,
                     count(*) filter (where row is null or sequence is null or deployment <> {DuckDbSql.Literal(request.Deployment)} or model_version <> {request.ModelVersion})::bigint
                 from read_parquet({DuckDbSql.Literal(file)})
                 """,
                ct);
            return result.Read(row => row.Get<long>(5) is var wrong and > 0
                ? throw SlipwayException.Invalid($"{wrong} rows of {request.Digest} are not of deployment '{request.Deployment}' and version {request.ModelVersion}.")
                : new Segment
                {
                    Workspace = caller.Workspace.Value,
                    Endpoint = endpoint,
                    Deployment = request.Deployment,
                    Model = request.Model,
                    ModelVersion = request.ModelVersion,
                    Mirrored = request.Mirrored,
                    Digest = digest,
                    Rows = row.Get<long>(0),
                    SizeBytes = 0,
                    MinEventTime = row.Get<long>(1),
                    MaxEventTime = row.Get<long>(2),
                    MinRequest = row.Get<string>(3)!,
                    MaxRequest = row.Get<string>(4)!,
                    SampledOut = request.SampledOut,
                    OptedOut = request.OptedOut,
                    Masked = request.Masked ?? "",
                }).Single();
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"{request.Digest} is no Parquet file of collected answers: {exception.Message}", exception);
        }
    }
}
