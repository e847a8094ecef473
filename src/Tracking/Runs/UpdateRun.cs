using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class UpdateRun(RunStore runs, IAccess access, Events events) : IMlflowOperation
{
    private const int LongestName = 250;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<UpdateRun>("POST", "runs/update");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var name = fields.Text("run_name");
        var updated = await RunAsync(
            call.Caller,
            fields.Required("run_id", "run_uuid"),
            RunStates.Of(fields),
            fields.WholeNumber("end_time"),
            name is { Length: > 0 } ? MlflowNames.Limited("run_name", name, LongestName) : null,
            ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("run_info");
            updated.Write(json);
            json.WriteEndObject();
        }, ct);
    }

    public async Task<RunRow> RunAsync(
        Caller caller, string id, string? status, long? endedAt, string? name, CancellationToken ct)
    {
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Write, $"run:{id}", ct);
        var updated = await runs.UpdateAsync(caller, id, status, endedAt, name, ct);
        if (status is not null && RunStates.Parse(status) is var state and not (RunStatus.Running or RunStatus.Scheduled))
            await events.RaiseAsync(new RunFinished(caller, id, state), ct);
        return updated;
    }
}
