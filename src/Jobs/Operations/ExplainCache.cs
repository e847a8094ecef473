using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Caching;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs/{name}/cache: for each step, whether a result was taken over, and if not what was different.</summary>
internal sealed class ExplainCache(JobStore jobs, StepStore steps, StepCache cache, ActiveJobs active, IAccess access)
{
    // The nearest of the last ones is near enough.
    private const int Compared = 50;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/cache", HandleAsync).WithName("ExplainCache").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, string name, ExplainCache operation, CancellationToken ct) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, name, ct)));

    public async Task<IReadOnlyList<Explanation>> RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var job = active.Peek(row.Id)?.Record ?? (await jobs.LoadAsync(row.Id, ct))!;
        var explanations = new List<Explanation>();
        foreach (var step in await steps.ListAsync(row.Id, ct))
            explanations.Add(await ExplainAsync(job, step, ct));
        return explanations;
    }

    private async Task<Explanation> ExplainAsync(JobRecord job, StepRow step, CancellationToken ct)
    {
        if (step.Reused)
            return new Explanation(step.Name, "hit", step.Message, step.CacheKey, null, []);
        if (step.CacheParts is null)
            return new Explanation(step.Name, "none", WhyNone(job, step), null, null, []);

        var parts = Read(step.CacheParts);
        var earlier = await cache.EarlierAsync(job, step.Position, step.StartedAt ?? long.MaxValue, Compared, ct);
        var nearest = earlier
            .Select(other => (other, differences: Differences(Read(other.Parts), parts)))
            .OrderBy(pair => pair.differences.Count)
            .FirstOrDefault();
        return nearest.other is null
            ? new Explanation(step.Name, "miss", "No earlier job finished a step of this name and kind.", step.CacheKey, null, [])
            : new Explanation(
                step.Name, "miss", Sentence(job, nearest.other, nearest.differences), step.CacheKey, nearest.other.JobName, nearest.differences);
    }

    private static string WhyNone(JobRecord job, StepRow step) => step.Status switch
    {
        JobStatus.NotStarted or JobStatus.Queued => "It has not started yet.",
        _ when !job.Plan.Steps[step.Position].IsDeterministic => "It is declared with is_deterministic: false.",
        JobStatus.Completed or JobStatus.Running => $"Steps of kind '{step.Kind}' always run.",
        _ => "It ended before its inputs were known.",
    };

    private static string Sentence(JobRecord job, CachedStep other, List<Difference> differences) => differences.Count switch
    {
        0 when job.Plan.ForceRerun => "The job was submitted with force_rerun: true.",
        0 => $"It is the same as in job '{other.JobName}', which had not finished it yet.",
        _ => $"Different from job '{other.JobName}' in: {string.Join(", ", differences.Select(difference => difference.Part))}.",
    };

    private static List<Difference> Differences(SortedDictionary<string, string> before, SortedDictionary<string, string> now) =>
        [.. before.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(part => before.GetValueOrDefault(part) != now.GetValueOrDefault(part))
            .Select(part => new Difference(part, before.GetValueOrDefault(part), now.GetValueOrDefault(part)))];

    private static SortedDictionary<string, string> Read(string parts) =>
        JsonSerializer.Deserialize(parts, JobsJson.Default.SortedDictionaryStringString)!;

    /// <param name="Outcome">"hit", "miss", or "none" for a step that is never taken from the cache.</param>
    /// <param name="ComparedWith">The earlier job whose step is nearest.</param>
    internal sealed record Explanation(
        [property: JsonPropertyName("step")] string Step,
        [property: JsonPropertyName("outcome")] string Outcome,
        [property: JsonPropertyName("reason")] string? Reason,
        [property: JsonPropertyName("key")] string? Key,
        [property: JsonPropertyName("comparedWith")] string? ComparedWith,
        [property: JsonPropertyName("differences")] IReadOnlyList<Difference> Differences);

    internal sealed record Difference(
        [property: JsonPropertyName("part")] string Part,
        [property: JsonPropertyName("before")] string? Before,
        [property: JsonPropertyName("now")] string? Now);

    internal sealed record Response([property: JsonPropertyName("steps")] IReadOnlyList<Explanation> Steps);
}
