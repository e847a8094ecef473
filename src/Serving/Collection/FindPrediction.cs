using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>GET …/online-endpoints/{endpoint}/predictions/{id}: what was asked and answered, and the label if one came.</summary>
internal sealed class FindPrediction(
    SegmentStore segments, CollectedData collected, Collector collector, ILakeTables lake, IAccess access)
{
    private const int FilesAtOnce = 16;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/online-endpoints/{endpoint}/predictions/{id}", HandleAsync)
        .WithName("ShowPrediction").WithTags("online-endpoints").Produces<JsonObject>();

    /// <param name="endpoint">Null: whichever endpoint made it.</param>
    public async Task<Prediction?> RunAsync(Caller caller, string? endpoint, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"prediction:{id}", ct);
        var parsed = PredictionId.Parse(id);
        if (await SearchAsync(caller.Workspace, endpoint, parsed, ct) is { } found)
            return found;

        // It may be in memory still.
        await collector.FlushAsync(ct);
        return await SearchAsync(caller.Workspace, endpoint, parsed, ct);
    }

    private static async Task<IResult> HandleAsync(
        string endpoint, string id, Caller caller, FindPrediction operation, CancellationToken ct)
    {
        var found = await operation.RunAsync(caller, endpoint, id, ct)
            ?? throw SlipwayException.NotFound("Prediction", id);
        return TypedResults.Text(found.ToJson(id).ToJsonString(), "application/json");
    }

    private async Task<Prediction?> SearchAsync(WorkspaceName workspace, string? endpoint, PredictionId id, CancellationToken ct)
    {
        var candidates = (await segments.ListNewestAnswersAsync(workspace, endpoint, ct))
            .Where(segment => segment.MayHold(id.Request));
        foreach (var some in candidates.Chunk(FilesAtOnce))
        {
            if (await ReadAsync(some, id, ct) is { } found)
                return await WithLabelAsync(workspace, found, id, ct);
        }

        return null;
    }

    private async Task<Prediction?> ReadAsync(Segment[] some, PredictionId id, CancellationToken ct)
    {
        using var connection = lake.Connect();
        Prediction? found = null;
        foreach (var segment in some)
        {
            using var result = connection.Query(
                $"""
                 select sequence, epoch_us(event_time) as event_time, * exclude (sequence, event_time, request_id, row)
                 from {await collected.TableAsync([segment], ct)} where request_id = $1 and row = $2 order by sequence limit 1
                 """,
                ct,
                id.Request,
                id.Row);
            foreach (var values in result.Rows())
            {
                var sequence = (long)values[0]!;
                if (found is null || sequence < found.Sequence)
                    found = new Prediction(segment, sequence, (long)values[1]!, Values(result.Columns, values));
            }
        }

        return found;
    }

    private async Task<Prediction> WithLabelAsync(WorkspaceName workspace, Prediction found, PredictionId id, CancellationToken ct)
    {
        var labels = (await segments.ListLabelsAsync(workspace, found.Segment.Endpoint, ct))
            .Where(segment => segment.MayHold(id.Request))
            .ToList();
        if (labels.Count == 0)
            return found;

        using var connection = lake.Connect();
        var label = connection.QueryScalar<double?>(
            $"select label from {await collected.TableAsync(labels, ct)} where request_id = $1 and row = $2 order by sequence desc limit 1",
            ct,
            id.Request,
            id.Row);
        return found with { Label = label };
    }

    private static Dictionary<string, object?> Values(IReadOnlyList<DuckDbResultColumn> columns, object?[] values) =>
        columns.Select((column, index) => (column.Name, Value: values[index]))
            .Where(pair => pair.Name.StartsWith("input_", StringComparison.Ordinal)
                || pair.Name.StartsWith("output_", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Name, pair => pair.Value);

    /// <summary>One answer that was kept.</summary>
    internal sealed record Prediction(
        Segment Segment, long Sequence, long EventMicros, IReadOnlyDictionary<string, object?> Values)
    {
        public double? Label { get; init; }

        public DateTimeOffset EventTime => DateTimeOffset.UnixEpoch.AddMicroseconds(EventMicros);

        public JsonObject ToJson(string id) => new()
        {
            ["id"] = id,
            ["event_time"] = EventTime.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
            ["endpoint"] = Segment.Endpoint,
            ["deployment"] = Segment.Deployment,
            ["model"] = Segment.Model,
            ["model_version"] = Segment.ModelVersion,
            ["inputs"] = Part("input_"),
            ["outputs"] = Part("output_"),
            ["label"] = Label,
        };

        private JsonObject Part(string prefix)
        {
            var part = new JsonObject();
            foreach (var (name, value) in Values.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
                part[name[prefix.Length..]] = Node(value);
            return part;
        }

        private static JsonNode? Node(object? value) => value switch
        {
            null => null,
            string text => text,
            bool flag => flag,
            float number => float.IsFinite(number) ? number : null,
            double number => double.IsFinite(number) ? number : null,
            ulong number => number,
            _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        };
    }
}
