using System.Collections.Frozen;
using System.Data;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces;

/// <summary>The record of a trace, sent when its root span has ended; its spans may come before or after.</summary>
internal sealed partial class StartTrace(
    Database database, TraceStore traces, ExperimentStore experiments, IAccess access, TimeProvider time) : IMlflowOperation
{
    private static readonly FrozenDictionary<string, int> s_states = new Dictionary<string, int>
    {
        ["STATE_UNSPECIFIED"] = 0,
        ["OK"] = 1,
        ["ERROR"] = 2,
        ["IN_PROGRESS"] = 3,
    }.ToFrozenDictionary();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<StartTrace>("POST", "/3.0/mlflow/traces");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        if (call.Fields.Find("trace") is null)
            throw MlflowFields.Missing("trace");
        var info = call.Fields.Nested("trace").Nested("trace_info");
        var id = info.Required("trace_id");
        DemandId(id);
        var experimentId = MlflowNames.ExperimentId(
            info.Nested("trace_location").Nested("mlflow_experiment").Required("experiment_id"));
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        var experiment = await experiments.GetAsync(call.Caller.Workspace, experimentId, ct);
        experiment.DemandActive();

        var tags = TraceMaps.Read(info, "tags");
        tags.RemoveAll(tag => tag.Key == "mlflow.artifactLocation");
        tags.Add(new KeyValue("mlflow.artifactLocation", experiment.PlaceOf($"traces/{id}/artifacts")));
        var metadata = TraceMaps.Read(info, "trace_metadata");
        metadata.RemoveAll(entry => entry.Key == "mlflow.trace.infoFinalized");
        metadata.Add(new KeyValue("mlflow.trace.infoFinalized", "true"));
        var row = Read(info, id, experimentId);
        var assessments = info.Objects("assessments").Select(assessment => Assessment.Read(assessment, id, time.UtcNow())).ToList();
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var no = await TraceStore.PutAsync(tx, call.Caller.Workspace, row, tags, metadata, token);
            foreach (var assessment in assessments)
                await AssessmentStore.PutAsync(tx, no, assessment, token);
        }, ct);
        var stored = (await traces.FindAsync(call.Caller.Workspace, id, ct))!;
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("trace");
            json.WritePropertyName("trace_info");
            stored.WriteInfo(json);
            json.WriteEndObject();
        }, ct);
    }

    public static void DemandId(string id)
    {
        if (!TraceId().IsMatch(id))
            throw SlipwayException.Invalid($"Invalid trace ID: '{id}'; it has 1 to 100 letters, digits, '_' and '-'.");
    }

    private TraceRow Read(MlflowFields info, string id, long experimentId) => new()
    {
        No = 0,
        Id = id,
        ExperimentId = experimentId,
        ClientRequestId = info.Text("client_request_id"),
        State = s_states.First(state => state.Value == (info.Enum("state", s_states) ?? 0)).Key,
        RequestedAt = info.Text("request_time") is { } requested
            ? TraceTimes.ParseTimestamp("request_time", requested)
            : time.UtcNow(),
        Duration = info.Text("execution_duration") is { } duration
            ? TraceTimes.ParseDuration("execution_duration", duration)
            : null,
        RequestPreview = info.Text("request_preview"),
        ResponsePreview = info.Text("response_preview"),
        Finalized = true,
    };

    [GeneratedRegex(@"\A[\w\-]{1,100}\z")]
    private static partial Regex TraceId();
}
