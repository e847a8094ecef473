using System.Data;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

internal sealed class CreateAssessment(Database database, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<CreateAssessment>("POST", "/3.0/mlflow/traces/{trace_id}/assessments");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        if (call.Fields.Find("assessment") is null)
            throw MlflowFields.Missing("assessment");
        var traceId = call.Route("trace_id");
        var assessment = Assessment.Read(call.Fields.Nested("assessment"), traceId, time.UtcNow());
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{traceId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var trace = await TraceStore.GetAsync(tx, call.Caller.Workspace, traceId, token);
            if (assessment.Overrides is { Length: > 0 } overridden)
                await AssessmentStore.SetValidAsync(tx, trace.No, overridden, valid: false, token);
            await AssessmentStore.PutAsync(tx, trace.No, assessment, token);
        }, ct);
        await AssessmentAnswer.SendAsync(call, assessment, ct);
    }
}

internal sealed class GetAssessment(Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetAssessment>("GET", "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var traceId = call.Route("trace_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"trace:{traceId}", ct);
        await using var connection = await database.OpenAsync(ct);
        await using var tx = await connection.BeginTransactionAsync(ct);
        var trace = await TraceStore.GetAsync(tx, call.Caller.Workspace, traceId, ct);
        var assessment = await AssessmentStore.GetAsync(tx, trace.No, call.Route("assessment_id"), ct);
        await AssessmentAnswer.SendAsync(call, assessment, ct);
    }
}

internal sealed class UpdateAssessment(Database database, IAccess access, TimeProvider time) : IMlflowOperation
{
    private static readonly string[] s_fields = ["assessment_name", "expectation", "feedback", "rationale", "metadata"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<UpdateAssessment>("PATCH", "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var (traceId, id) = (call.Route("trace_id"), call.Route("assessment_id"));
        var mask = call.Fields.Required("update_mask").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(field => field == "assessmentName" ? "assessment_name" : field).ToList();
        if (mask.Except(s_fields).FirstOrDefault() is { } unknown)
            throw SlipwayException.Invalid($"'{unknown}' in update_mask cannot be changed; known: {string.Join(", ", s_fields)}.");
        var wanted = TraceMaps.Node(call.Fields, "assessment");
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{traceId}", ct);
        var changed = await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var trace = await TraceStore.GetAsync(tx, call.Caller.Workspace, traceId, token);
            var result = Change(await AssessmentStore.GetAsync(tx, trace.No, id, token), wanted, mask) with { UpdatedAt = time.UtcNow() };
            result = result.Completed();
            await AssessmentStore.PutAsync(tx, trace.No, result, token);
            return result;
        }, ct);
        await AssessmentAnswer.SendAsync(call, changed, ct);
    }

    private static Assessment Change(Assessment assessment, JsonObject wanted, List<string> mask)
    {
        var content = assessment.Content.DeepClone().AsObject();
        foreach (var field in mask)
        {
            if (field is "feedback" or "expectation" && field != assessment.Kind)
                throw SlipwayException.Invalid($"This assessment is of kind {assessment.Kind}; it cannot become {field}.");
            if (field == "metadata" && content[field] is JsonObject merged)
            {
                foreach (var (key, value) in wanted[field]?.AsObject() ?? [])
                    merged[key] = value?.DeepClone();
                continue;
            }

            content[field] = wanted[field]?.DeepClone();
        }

        return assessment with { Content = content, Name = (string?)content["assessment_name"] ?? assessment.Name };
    }
}

internal sealed class DeleteAssessment(Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteAssessment>("DELETE", "/3.0/mlflow/traces/{trace_id}/assessments/{assessment_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var (traceId, id) = (call.Route("trace_id"), call.Route("assessment_id"));
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{traceId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            if (await TraceStore.FindAsync(tx, call.Caller.Workspace, traceId, token) is not { } trace
                || await AssessmentStore.FindAsync(tx, trace.No, id, token) is not { } assessment)
            {
                return;
            }

            await tx.ExecuteAsync("delete from assessments where trace_no = @No and id = @Id", new { trace.No, Id = id }, token);
            if (assessment.Overrides is { Length: > 0 } overridden
                && await AssessmentStore.FindAsync(tx, trace.No, overridden, token) is not null)
            {
                await AssessmentStore.SetValidAsync(tx, trace.No, overridden, valid: true, token);
            }
        }, ct);
        await call.AnswerAsync(ct);
    }
}

internal static class AssessmentAnswer
{
    public static Task SendAsync(MlflowCall call, Assessment assessment, CancellationToken ct) => call.AnswerAsync(json =>
    {
        json.WritePropertyName("assessment");
        json.WriteRawValue(assessment.Content.ToJsonString());
    }, ct);
}
