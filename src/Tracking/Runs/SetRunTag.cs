using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class SetRunTag(LogBatch batches) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SetRunTag>("POST", "runs/set-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var id = fields.Required("run_id", "run_uuid");
        var tag = RunTags.Tag(fields.Required("key"), fields.Text("value") ?? "");
        await batches.RunAsync(call.Caller, id, new Batch { Tags = [tag] }, ct);
        await call.AnswerAsync(ct);
    }
}
