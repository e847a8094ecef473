using System.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>POST /api/v1/jobs/{name}/cancel: what waits never starts, what runs is ended with all its processes.</summary>
internal sealed partial class CancelJob(
    Database database, JobStore jobs, JobProgress progress, JobEnding ending, ActiveJobs active, IAccess access, IAuditLog audit,
    ILogger<CancelJob> logger)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/jobs/{name}/cancel", HandleAsync).WithName("CancelJob").WithTags("jobs");

    private static async Task<Accepted> HandleAsync(Caller caller, string name, CancelJob operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, name, ct);
        return TypedResults.Accepted($"/api/v1/jobs/{name}");
    }

    public async Task RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        if (row.IsOver)
            throw SlipwayException.Conflict($"Job '{name}' is over already: {row.Status}.");
        if (await active.FindAsync(row.Id, ct) is not { } job)
            return;

        var message = $"Canceled by {caller.Principal}.";
        var isOver = await database.WriteAsync(
            IsolationLevel.ReadCommitted, (tx, token) => progress.CancelAsync(tx, job.Record, message, token), ct);
        job.StopSteps(message, always: true);
        await audit.AppendAsync(caller, "job.cancel", $"job:{name}", null, ct);
        Log.Canceled(logger, name, caller.Principal);
        if (isOver)
            await ending.TellAsync(job, ct);
    }

    private static partial class Log
    {
        [LoggerMessage(6021, LogLevel.Information, "Job {Job} is to be canceled, says {Principal}")]
        public static partial void Canceled(ILogger logger, string job, string principal);
    }
}
