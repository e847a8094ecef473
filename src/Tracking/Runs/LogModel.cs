using System.Data;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>Models as MLflow 2 logged them: a line in a tag of the run.</summary>
internal sealed class LogModel(Database database, IAccess access, TimeProvider time) : IMlflowOperation
{
    private const string HistoryTag = "mlflow.log-model.history";
    private static readonly string[] s_needed = ["artifact_path", "flavors", "utc_time_created", "run_id"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LogModel>("POST", "runs/log-model");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var runId = call.Fields.Required("run_id");
        var model = Parse(call.Fields.Required("model_json"));
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        await database.WriteAsync(async (tx, token) =>
        {
            var run = await RunStore.GetAsync(tx, call.Caller.Workspace, runId, token);
            run.DemandActive();
            var kept = await tx.FindAsync<string>(
                "select value from run_tags where run_no = @No and key = @Key", new { run.No, Key = HistoryTag }, token);
            var history = Read(kept);
            history.Add(model.DeepClone());
            await RunStore.SetTagsAsync(tx, run.No, [new KeyValue(HistoryTag, history.ToJsonString())], Author.Of(call.Caller, time), token);
        }, ct);
        await call.AnswerAsync(ct);
    }

    private static JsonObject Parse(string text)
    {
        try
        {
            var model = JsonNode.Parse(text) as JsonObject ?? throw SlipwayException.Invalid("'model_json' is not a JSON object.");
            var missing = s_needed.Where(field => !model.ContainsKey(field)).ToList();
            return missing.Count == 0 ? model : throw SlipwayException.Invalid(
                $"Model json is missing mandatory fields: {string.Join(", ", missing)}.");
        }
        catch (JsonException exception)
        {
            throw SlipwayException.Invalid($"Malformed model info. 'model_json' is not valid JSON: {exception.Message}");
        }
    }

    private static JsonArray Read(string? history)
    {
        try
        {
            return history is not null && JsonNode.Parse(history) is JsonArray list ? list : [];
        }
        catch (JsonException)
        {
            // Somebody set the tag by hand; the model counts more than what was written there.
            return [];
        }
    }
}
