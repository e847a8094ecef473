using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

internal sealed class LogMetric(LogBatch batches, MetricKeys keys) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LogMetric>("POST", "runs/log-metric");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var runId = fields.Required("run_id", "run_uuid");
        var metric = MetricFields.Read(fields);
        var number = (await keys.GetAsync([metric.Key], ct))[metric.Key];
        var point = StoredPoint.Of(number, metric.Value, metric.Time, metric.Step);
        await batches.RunAsync(call.Caller, runId, new Batch
        {
            Points = new[] { point },
            ModelPoints = metric.OnModel(point) is { } onModel ? [onModel] : [],
        }, ct);
        await call.AnswerAsync(ct);
    }
}
