using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs: newest first, page by page, perhaps of one status, or the trials of one job.</summary>
internal sealed class ListJobs(JobStore jobs, JobViews views, IAccess access)
{
    private const int MostPerPage = 200;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs", HandleAsync).WithName("ListJobs").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, ListJobs operation, CancellationToken ct, string? status = null, int limit = 50, string? pageToken = null,
        string? parent = null, string archived = "no")
    {
        var page = await operation.RunAsync(caller, ParseStatus(status), parent, ParseArchived(archived), limit, pageToken, ct);
        return TypedResults.Ok(new Response([.. page.Items.Select(JobWire.Of)], page.NextToken));
    }

    public async Task<Page<Job>> RunAsync(Caller caller, JobStatus? status, string? parent, bool? archived, int limit, string? pageToken, CancellationToken ct)
    {
        if (limit is < 1 or > MostPerPage)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to {MostPerPage}.");
        await access.DemandAsync(caller, Permission.Read, "job:all", ct);

        var rows = await jobs.ListAsync(caller.Workspace, status, parent, archived, ParseToken(pageToken), limit + 1, ct);
        var shown = rows.Take(limit).ToList();
        var next = rows.Count > limit ? $"{shown[^1].CreatedAt}.{shown[^1].Id}" : null;
        return new Page<Job>(await views.ShowAsync(shown, ct), next);
    }

    private static JobStatus? ParseStatus(string? text) => text switch
    {
        null or "" => null,
        _ when Enum.TryParse<JobStatus>(text, ignoreCase: true, out var status) && Enum.IsDefined(status) => status,
        _ => throw SlipwayException.Invalid(
            $"'{text}' is not a status.{Nearest.Hint(text, Enum.GetNames<JobStatus>())} Known: {string.Join(", ", Enum.GetNames<JobStatus>())}."),
    };

    private static bool? ParseArchived(string text) => text switch
    {
        "no" => false,
        "only" => true,
        "also" => null,
        _ => throw SlipwayException.Invalid($"archived is '{text}'; it must be no, only or also."),
    };

    private static (long Time, string Id)? ParseToken(string? token)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        var dot = token.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(token.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? (time, token[(dot + 1)..])
            : throw SlipwayException.Invalid("The page token is not one that this listing gave; ask without it for the first page.");
    }

    internal sealed record Response(
        [property: JsonPropertyName("jobs")] IReadOnlyList<JobWire> Jobs,
        [property: JsonPropertyName("nextToken")] string? NextToken);
}
