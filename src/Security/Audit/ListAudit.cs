using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Audit;

/// <summary>GET /api/v1/audit: who changed what, newest first.</summary>
internal sealed class ListAudit(AuditLog audit, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit", HandleAsync).WithName("ListAudit").WithTags("audit");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, ListAudit operation, CancellationToken ct, string? target = null, long? before = null, int limit = 100) =>
        TypedResults.Ok(await operation.RunAsync(caller, target, before, limit, ct));

    private async Task<Response> RunAsync(Caller caller, string? target, long? before, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > 1000)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 1000.");
        await access.DemandAsync(caller, Permission.Administer, "the audit log", ct);

        var entries = await audit.ListAsync(caller.Workspace, target, before, limit, ct);
        return new Response([.. entries.Select(Line.Of)], entries.Count == limit ? entries[^1].Id : null);
    }

    public sealed record Response(IReadOnlyList<Line> Entries, long? NextBefore);

    public sealed record Line(
        long Id, DateTimeOffset Time, string Principal, string Action, string Target, bool Allowed, string? Detail)
    {
        internal static Line Of(AuditEntry entry) => new(
            entry.Id, entry.TimeMillis.ToTime(), entry.Principal, entry.Action, entry.Target, entry.Allowed, entry.Detail);
    }
}
