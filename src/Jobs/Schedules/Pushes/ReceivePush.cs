using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>
/// POST /api/v1/hooks/{workspace}/{schedule}: takes the call of a service that keeps git repositories. Who signs it needs no
/// other right; what it starts runs on behalf of whoever made the schedule. A call that comes twice fires once.
/// </summary>
internal sealed class ReceivePush(
    Database database, ScheduleStore schedules, WorkQueue queue, ScheduleMeter meter, IVault vault, IAuditLog audit, TimeProvider time)
{
    private const int MostBytes = 25 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/hooks/{workspace}/{name}", HandleAsync).WithName("ReceivePush").WithTags("schedules")
            .Accepts<JsonObject>("application/json")
            .WithMetadata(new SizeLimit());

    private static async Task<Accepted<Response>> HandleAsync(
        string workspace, string name, HttpRequest request, ReceivePush operation, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, ct);
        var response = await operation.RunAsync(WorkspaceName.Parse(workspace), name, request.Headers, body.ToArray(), ct);
        return TypedResults.Accepted($"/api/v1/schedules/{name}/history", response);
    }

    public async Task<Response> RunAsync(WorkspaceName workspace, string name, IHeaderDictionary headers, byte[] body, CancellationToken ct)
    {
        var schedule = await FindAsync(workspace, name, headers, body, ct);
        var trigger = schedule.TriggerFields();
        var kind = headers.TryGetValue("X-GitHub-Event", out var github) ? github.ToString() : headers["X-Gitlab-Event"].ToString();
        var push = PushReader.Read((string)trigger["provider"]!, kind, body);
        if (push is null)
            return new Response("ignored", $"'{kind}' is not a push; choose only pushes where the call is set up.", null);
        if (!schedule.IsEnabled)
            return new Response("ignored", $"The schedule '{name}' is disabled.", null);

        var firing = Firing.Of(schedule, TriggerTables.Push, SightingOf(trigger, push, body), time);
        var (kept, isNew) = await KeepAsync(schedule, firing, ct);
        if (isNew)
        {
            await audit.AppendAsync(
                schedule.Caller, "schedule.push", schedule.Node,
                new JsonObject { ["ref"] = push.Ref, ["commit"] = push.Commit, ["author"] = push.Author, ["state"] = kept.State }.ToJsonString(), ct);
        }

        return new Response(kept.State, kept.Reason ?? (isNew ? kept.Why : "This call came before."), kept.Job);
    }

    /// <summary>One answer for all that is wrong, so that a call learns no names.</summary>
    private async Task<Schedule> FindAsync(
        WorkspaceName workspace, string name, IHeaderDictionary headers, byte[] body, CancellationToken ct)
    {
        if (await schedules.FindAsync(workspace, name, ct) is { TriggerType: TriggerTables.Push } schedule)
        {
            var trigger = schedule.TriggerFields();
            var secret = await vault.FindAsync(Caller.System with { Workspace = workspace }, (string)trigger["secret"]!, ct);
            if (secret is not null && PushSignature.IsValid((string)trigger["provider"]!, headers, body, secret, time.GetUtcNow()))
                return schedule;
        }

        throw new SlipwayException(ErrorCode.Unauthenticated, "No schedule takes this call: its address, secret or signature is wrong, or it is too old.");
    }

    // What is signed tells one call from another, not a header that anybody may change.
    private Sighting SightingOf(JsonObject trigger, Push push, byte[] body) => new(
        $"push:{Convert.ToHexStringLower(SHA256.HashData(body))}",
        time.GetUtcNow(),
        $"{(push.Author.Length == 0 ? "Somebody" : push.Author)} pushed {push.Commit[..8]} to {push.Branch}{(push.Message.Length == 0 ? "" : $": {push.Message}")}.",
        new Dictionary<string, string>
        {
            [PushFacts.Repository] = (string?)trigger["repository"] ?? push.Repository,
            [PushFacts.Ref] = push.Ref,
            [PushFacts.Branch] = push.Branch,
            [PushFacts.Commit] = push.Commit,
            [PushFacts.Before] = push.Paths is null ? push.Before : "",
            [PushFacts.Author] = push.Author,
            [PushFacts.Message] = push.Message,
        },
        PushFilter.Refusal(trigger, push));

    private async Task<(Firing Firing, bool IsNew)> KeepAsync(Schedule schedule, Firing firing, CancellationToken ct)
    {
        var kept = await database.WriteAsync(
            async (tx, token) =>
            {
                await FiringStore.AddAsync(tx, [firing], token);
                if (firing.State == FiringState.Waiting)
                    await queue.EnqueueAsync(tx, schedule.Look(), token);
                return (await FiringStore.FindAsync(tx, schedule.Id, firing.Key, token))!;
            },
            ct);
        var isNew = kept.Id == firing.Id;
        if (isNew && kept.State == FiringState.Skipped)
            meter.Ended(schedule, kept);
        return (kept, isNew);
    }

    private sealed record SizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => MostBytes;
    }

    /// <param name="State">waiting, fired, skipped, failed; ignored: nothing was kept of it.</param>
    internal sealed record Response(
        [property: JsonPropertyName("state")] string State,
        [property: JsonPropertyName("reason")] string Reason,
        [property: JsonPropertyName("job")] string? Job);
}
