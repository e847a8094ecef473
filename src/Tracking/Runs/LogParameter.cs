using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class LogParameter(LogBatch batches) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LogParameter>("POST", "runs/log-parameter");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var id = fields.Required("run_id", "run_uuid");
        var param = RunTags.Param("key", fields.Required("key"), fields.Text("value") ?? "");
        await batches.RunAsync(call.Caller, id, new Batch { Params = [param] }, ct);
        await call.AnswerAsync(ct);
    }
}
