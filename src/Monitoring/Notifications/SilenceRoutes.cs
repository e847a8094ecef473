using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Incidents;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>/api/v1/silences: create, list, end before their time.</summary>
internal sealed class SilenceRoutes(SilenceStore silences, IAccess access, IAuditLog audit, TimeProvider time)
{
    private const int LongestComment = 2000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/silences", CreateAsync).WithName("CreateSilence").WithTags("alerts");
        routes.MapGet("/silences", ListAsync).WithName("ListSilences").WithTags("alerts");
        routes.MapDelete("/silences/{id}", DeleteAsync).WithName("DeleteSilence").WithTags("alerts");
    }

    private static async Task<Ok<Response>> CreateAsync(Request request, Caller caller, SilenceRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.BeginAsync(caller, request, ct), operation.Now));

    private static async Task<Ok<Listing>> ListAsync(bool? all, Caller caller, SilenceRoutes operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, Permission.Read, "silences", ct);
        var after = all == true ? long.MinValue : operation.Now.ToUnixTimeMilliseconds();
        var found = await operation.Silences.ListAsync(caller.Workspace, after, ct);
        return TypedResults.Ok(new Listing([.. found.Select(silence => Response.Of(silence, operation.Now))]));
    }

    private static async Task<NoContent> DeleteAsync(string id, Caller caller, SilenceRoutes operation, CancellationToken ct)
    {
        await operation.EndAsync(caller, id, ct);
        return TypedResults.NoContent();
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private SilenceStore Silences => silences;

    public async Task<Silence> BeginAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "silences", ct);
        var matchers = (request.Matchers ?? []).Select(matcher => Matcher.Parse(Words.Checked(matcher)!)).ToList();
        if (matchers.Count == 0)
            throw SlipwayException.Invalid("A silence needs at least one matcher, such as monitor=flights; one that silenced everything would be forgotten.");
        var starts = request.StartsAt ?? Now;
        if (request.EndsAt <= starts || request.EndsAt <= Now)
            throw SlipwayException.Invalid($"The silence ends ({request.EndsAt:O}) before it begins ({starts:O}), or is over already.");
        if (request.Comment is not { Length: > 0 and <= LongestComment } comment)
            throw SlipwayException.Invalid($"Say why, in at most {LongestComment} characters (comment).");
        Words.Checked(comment);
        var silence = new Silence
        {
            Id = Ids.New(time),
            Workspace = caller.Workspace.Value,
            Matchers = JsonSerializer.Serialize([.. matchers.Select(matcher => matcher.ToString())], NotificationJson.Default.IReadOnlyListString),
            Comment = comment,
            StartsAt = starts.ToUnixTimeMilliseconds(),
            EndsAt = request.EndsAt.ToUnixTimeMilliseconds(),
            CreatedAt = time.UtcNow(),
            CreatedBy = caller.Principal,
        };
        await silences.AddAsync(silence, ct);
        await audit.AppendAsync(caller, "silence.create", $"silence:{silence.Id}", silence.Matchers, ct);
        return silence;
    }

    private async Task EndAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"silence:{id}", ct);
        if (!await silences.EndAsync(caller.Workspace, id, time.UtcNow(), ct))
            throw SlipwayException.NotFound("An active silence", id);
        await audit.AppendAsync(caller, "silence.delete", $"silence:{id}", null, ct);
    }

    private Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct) =>
        access.DemandAsync(caller, permission, target, ct);

    /// <param name="Matchers">All must match: severity=critical, monitor=~"flights.*".</param>
    /// <param name="StartsAt">Now when left out.</param>
    internal sealed record Request(IReadOnlyList<string>? Matchers, DateTimeOffset EndsAt, string? Comment, DateTimeOffset? StartsAt = null);

    internal sealed record Listing(IReadOnlyList<Response> Silences);

    /// <param name="State">"pending", "active" or "expired".</param>
    internal sealed record Response(
        string Id, IReadOnlyList<string> Matchers, string State, string Comment, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string CreatedBy)
    {
        public static Response Of(Silence silence, DateTimeOffset now) => new(
            silence.Id, [.. silence.ReadMatchers().Select(matcher => matcher.ToString())], silence.StateAt(now), silence.Comment,
            silence.StartsAt.ToTime(), silence.EndsAt.ToTime(), silence.CreatedBy);
    }
}
