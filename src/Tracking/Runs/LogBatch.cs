using System.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>What is logged to a run in one transaction; checked, and no key of a param or tag twice.</summary>
internal sealed record Batch
{
    public ReadOnlyMemory<StoredPoint> Points { get; init; }

    /// <summary>Those of the points that were measured on a logged model.</summary>
    public IReadOnlyList<NewModelPoint> ModelPoints { get; init; } = [];

    public IReadOnlyList<KeyValue> Params { get; init; } = [];

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];
}

/// <summary>Metrics, params and tags of a run: all of a batch or nothing.</summary>
internal sealed class LogBatch(Database database, MetricKeys keys, IAccess access, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { "/api", "/ajax-api" })
        {
            routes.MapMlflowAt("POST", root + "/2.0/mlflow/runs/log-batch", http =>
                http.RequestServices.GetRequiredService<LogBatch>().HandleAsync(http, http.RequestAborted));
        }
    }

    public async Task RunAsync(Caller caller, string runId, Batch batch, CancellationToken ct)
    {
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(caller, Permission.Write, $"run:{runId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await RunStore.GetAsync(tx, caller.Workspace, runId, token);
            run.DemandActive();
            await RunStore.AddParamsAsync(tx, run, batch.Params, token);
            await MetricStore.AddAsync(tx, run, batch.Points, token);
            await LoggedModelStore.AddPointsAsync(tx, caller.Workspace, runId, batch.ModelPoints, token);
            await RunStore.SetTagsAsync(tx, run.No, batch.Tags, Author.Of(caller, time), token);
        }, ct);
    }

    // The busiest endpoint: its body is read without a document in between, see BatchReader.
    private async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var caller = await Caller.BindAsync(http);
        MlflowCall.DemandJson(http.Request.ContentType);
        using var body = await BatchBody.ReadAsync(http, ct);
        var request = BatchReader.Read(body.Bytes.Span, keys);
        var runId = request.RunId is { Length: > 0 } id ? id : throw MlflowFields.Missing("run_id");
        var points = await request.PointsAsync(keys, ct);
        var batch = new Batch
        {
            Points = points,
            ModelPoints = request.ModelPoints(points.Span),
            Params = request.Params,
            Tags = request.Tags,
        };
        await RunAsync(caller, runId, batch, ct);
        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync("{}"u8.ToArray(), ct);
    }
}
