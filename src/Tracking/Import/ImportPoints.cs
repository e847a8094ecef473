using System.Data;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Import;

/// <summary>POST /api/v1/import/runs/{id}/points: points of metrics, of a deleted run too. A point that is here already is no second one.</summary>
internal sealed class ImportPoints(Database database, MetricKeys keys, IAccess access)
{
    private const int Most = 20_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/import/runs/{id}/points", HandleAsync).WithName("ImportPoints").WithTags("import");

    private static async Task<NoContent> HandleAsync(
        string id, Caller caller, Request request, ImportPoints operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, id, request.Metrics, ct);
        return TypedResults.NoContent();
    }

    public async Task RunAsync(Caller caller, string id, IReadOnlyList<Series> metrics, CancellationToken ct)
    {
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Administer, $"run:{id}", ct);
        for (var i = 0; i < metrics.Count; i++)
            metrics[i].Demand($"metrics[{i}]");
        var total = metrics.Sum(series => series.Times.Count);
        if (total > Most)
            throw SlipwayException.Invalid($"A request has at most {Most} points, this one has {total}; send them in parts.");

        var numbers = await keys.GetAsync(metrics.Select(series => series.Key).ToHashSet(StringComparer.Ordinal), ct);
        var points = metrics.SelectMany(series => series.Points(numbers[series.Key])).ToArray();
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
            await MetricStore.AddAsync(tx, await RunStore.GetAsync(tx, caller.Workspace, id, token), points, token), ct);
    }

    internal sealed record Request([property: JsonPropertyName("metrics")] IReadOnlyList<Series> Metrics);

    /// <summary>Points of one metric, the n-th of each list; values may be "NaN", "Infinity" and "-Infinity".</summary>
    internal sealed record Series(
        [property: JsonPropertyName("key")] string Key,
        [property: JsonPropertyName("times")] IReadOnlyList<long> Times,
        [property: JsonPropertyName("steps")] IReadOnlyList<long> Steps,
        [property: JsonPropertyName("values"), JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] IReadOnlyList<double> Values)
    {
        public void Demand(string field)
        {
            MlflowNames.DemandKey("metric", $"{field}.key", Key);
            if (Steps.Count != Times.Count || Values.Count != Times.Count)
            {
                throw SlipwayException.Invalid(
                    $"{field} has {Times.Count} times, {Steps.Count} steps and {Values.Count} values; a point has one of each.");
            }

            foreach (var time in Times)
                _ = ImportedText.Time($"{field}.times", time);
        }

        public IEnumerable<StoredPoint> Points(long number) =>
            Times.Select((time, i) => StoredPoint.Of(number, Values[i], time, Steps[i]));
    }
}
