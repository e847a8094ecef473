using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>/api/v1/alert-rules: declare (the body is the YAML), list, show.</summary>
internal static class RuleRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/alert-rules", CreateAsync).WithName("CreateAlertRule").WithTags("alerts");
        routes.MapGet("/alert-rules", ListAsync).WithName("ListAlertRules").WithTags("alerts");
        routes.MapGet("/alert-rules/{name}", ShowAsync).WithName("ShowAlertRule").WithTags("alerts");
    }

    private static async Task<Ok<Response>> CreateAsync(DefinitionBody body, Caller caller, CreateRule operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.RunAsync(caller, body.Text, ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, RuleStore rules, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        return TypedResults.Ok(new Listing([.. (await rules.ListAsync(caller.Workspace, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(string name, Caller caller, IAccess access, RuleStore rules, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"alert-rule:{name}", ct);
        return TypedResults.Ok(Response.Of(await rules.GetAsync(caller.Workspace, name, ct)));
    }

    internal sealed record Listing(IReadOnlyList<Response> Rules);

    /// <param name="Error">Why it could not be looked at last; null: it could.</param>
    internal sealed record Response(
        string Name, string Severity, string When, string? For, IReadOnlyList<string> Notify, string? Error, string Definition, DateTimeOffset CreatedAt,
        string CreatedBy, DateTimeOffset UpdatedAt)
    {
        public static Response Of(RuleRow row)
        {
            var rule = row.Read();
            return new Response(
                row.Name, rule.Severity, rule.When, rule.ForText, rule.Notify, row.Error, row.Definition, row.CreatedAt.ToTime(), row.CreatedBy,
                row.UpdatedAt.ToTime());
        }
    }
}
