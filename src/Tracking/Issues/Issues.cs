using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Issues;

internal sealed class CreateIssue(IssueStore issues, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateIssue>("POST", "/3.0/mlflow/issues");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = "iss-" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var issue = Issue.Read(call.Fields, id, call.Caller.Principal, time.UtcNow());
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{issue.ExperimentId}", ct);
        await issues.AddAsync(call.Caller.Workspace, issue, ct);
        await IssueAnswer.SendAsync(call, issue, ct);
    }
}

internal sealed class GetIssue(IssueStore issues, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetIssue>("GET", "/3.0/mlflow/issues/{issue_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("issue_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"issue:{id}", ct);
        await IssueAnswer.SendAsync(call, await issues.GetAsync(call.Caller.Workspace, id, ct), ct);
    }
}

internal sealed class UpdateIssue(IssueStore issues, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<UpdateIssue>("PATCH", "/3.0/mlflow/issues/{issue_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("issue_id");
        await access.DemandAsync(call.Caller, Permission.Write, $"issue:{id}", ct);
        var changed = await issues.ChangeAsync(call.Caller.Workspace, id, issue => issue.With(call.Fields, time.UtcNow()), ct);
        await IssueAnswer.SendAsync(call, changed, ct);
    }
}

internal static class IssueAnswer
{
    public static Task SendAsync(MlflowCall call, Issue issue, CancellationToken ct) => call.AnswerAsync(json =>
    {
        json.WritePropertyName("issue");
        issue.Write(json, withTraces: false);
    }, ct);
}
