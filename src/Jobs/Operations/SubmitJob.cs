using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>POST /api/v1/jobs: checks a definition as a whole, keeps it, and queues its steps.</summary>
internal sealed partial class SubmitJob(
    UsedAssets assets, AnonymousComponents anonymous, JobSubmission submission, JobStore jobs, JobViews views, ITracking tracking, IAccess access,
    IAuditLog audit, ILogger<SubmitJob> logger)
{
    private const string PatchFolder = "git";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/jobs", HandleAsync).WithName("SubmitJob").WithTags("jobs");

    private static async Task<Created<JobWire>> HandleAsync(
        Caller caller, Request request, SubmitJob operation, CancellationToken ct)
    {
        var job = await operation.RunAsync(caller, request.ToNewJob(), ct);
        return TypedResults.Created($"/api/v1/jobs/{job.Name}", JobWire.Of(job));
    }

    public async Task<Job> RunAsync(Caller caller, NewJob wanted, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"job:{wanted.Name ?? "new"}", ct);
        if (wanted is { ReturnExisting: true, Name: { } known } && await jobs.FindAsync(caller.Workspace, known, ct) is { } existing)
            return await views.ShowAsync(existing, ct);

        var (definition, whole, used) = await assets.ReadAsync(caller, wanted, ct);
        var added = await submission.AddAsync(caller, definition, whole, [.. used, .. anonymous.Of(caller, definition, whole.Files)], ct);
        var name = added?.Name ?? wanted.Name ?? definition.Name!;
        var row = (await jobs.FindAsync(caller.Workspace, name, ct))!;
        if (added is null)
        {
            return wanted.ReturnExisting
                ? await views.ShowAsync(row, ct)
                : throw new SlipwayException(
                    ErrorCode.AlreadyExists,
                    $"A job '{name}' exists already ({row.Status}); choose another name, or leave it out and one is made.");
        }

        if (wanted.Patch is { } patch)
            await tracking.LogArtifactsAsync(caller, added.Id, PatchFolder, patch, ct);
        await audit.AppendAsync(caller, "job.submit", $"job:{name}", null, ct);
        Log.Submitted(logger, name, added.Plan.Steps.Count);
        return await views.ShowAsync(row, ct);
    }

    /// <param name="Files">The digest of the tree of each local path that the YAML names.</param>
    /// <param name="Patch">The digest of a tree with what was changed since the last commit.</param>
    public sealed record Request(
        string Yaml,
        string? Source,
        string? Name,
        IReadOnlyDictionary<string, string>? Files,
        IReadOnlyDictionary<string, string>? Inputs,
        IReadOnlyDictionary<string, string>? Tags,
        string? Patch)
    {
        internal NewJob ToNewJob() => new()
        {
            Yaml = Yaml,
            Source = Source ?? "job.yml",
            Name = Name,
            Files = (Files ?? new Dictionary<string, string>()).ToDictionary(file => file.Key, file => Digest.Parse(file.Value)),
            Inputs = Inputs ?? new Dictionary<string, string>(),
            Tags = Tags ?? new Dictionary<string, string>(),
            Patch = Patch is null ? null : Digest.Parse(Patch),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(6020, LogLevel.Information, "Submitted job {Job} with {Steps} steps")]
        public static partial void Submitted(ILogger logger, string job, int steps);
    }
}
