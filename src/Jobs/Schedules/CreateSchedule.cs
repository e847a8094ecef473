using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>
/// POST /api/v1/schedules: checks a schedule and the job that it makes, and keeps both as they are now. One of this name that
/// exists becomes this one.
/// </summary>
internal sealed class CreateSchedule(
    Database database, ScheduleStore schedules, JobStore jobs, Policies<IStepKind> kinds, Policies<IScheduledAct> acts, ScheduleStarts starts, IAccess access,
    IAuditLog audit, TimeProvider time)
{
    private static readonly string[] s_acts = ["create_job", "import_data", "create_monitor", "scrape_metrics"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/schedules", HandleAsync).WithName("CreateSchedule").WithTags("schedules");

    private static async Task<Created<ScheduleWire>> HandleAsync(
        Caller caller, Request request, CreateSchedule operation, CancellationToken ct)
    {
        var kept = await operation.RunAsync(caller, request, ct);
        return TypedResults.Created($"/api/v1/schedules/{kept.Name}", ScheduleWire.Of(kept));
    }

    public async Task<Schedule> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "schedule:new", ct);
        var definition = Read(request.Yaml, request.Source ?? "schedule.yml");
        var act = ActOf(definition);
        var isOfCommit = definition["trigger"]!["repository"] is not null;
        var file = await FileAsync(caller, isOfCommit ? new JsonObject() : definition[act]!, request, ct);
        var now = time.UtcNow();
        var schedule = new Schedule
        {
            Id = Ids.New(time),
            Workspace = caller.Workspace.Value,
            Name = (string)definition["name"]!,
            Principal = caller.Principal,
            Act = act,
            Yaml = request.Yaml,
            Definition = definition.ToJsonString(),
            FileYaml = file.Yaml,
            FileSource = file.Source,
            Files = file.Files,
            IsEnabled = (bool?)definition["is_enabled"] ?? true,
            CountedFrom = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var (at, facts) = await starts.CheckAsync(caller, schedule, ct);
        if (!schedule.StartsCommits)
            await acts.Get("act of a schedule", act).CheckAsync(caller, schedule.Work(at, schedule.Id, facts), ct);
        var (begun, before) = await starts.BeginAsync(schedule, isNew: true, ct);
        return await KeepAsync(caller, begun, before, "schedule.create", ct);
    }

    /// <summary>Changes the words of a schedule and when it fires; what it starts stays as it is.</summary>
    public async Task<Schedule> EditAsync(Caller caller, string name, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"schedule:{name}", ct);
        var before = await schedules.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Schedule", name);
        var definition = Read(before.Yaml, "schedule.yml", edits);
        if ((string?)definition["name"] != name)
            throw SlipwayException.Invalid("The name of a schedule does not change; create another one.");
        if (!JsonNode.DeepEquals(definition[before.Act], before.ReadDefinition()[before.Act]))
            throw SlipwayException.Invalid($"'{before.Act}' does not change by an update; create the schedule again from its file.");

        var after = before with
        {
            Yaml = Contracts.Definitions.Edit(before.Yaml, "schedule.yml", edits),
            Definition = definition.ToJsonString(),
            IsEnabled = (bool?)definition["is_enabled"] ?? before.IsEnabled,
            UpdatedAt = time.UtcNow(),
        };
        if (after.StartsCommits != before.StartsCommits)
            throw SlipwayException.Invalid("trigger.repository says where the job's file lies; create the schedule again from its file.");
        if (after.IsEnabled == before.IsEnabled && JsonNode.DeepEquals(after.TriggerFields(), before.TriggerFields()))
            return await KeepAsync(caller, after, Seen.Nothing, "schedule.update", ct);
        await starts.CheckAsync(caller, after, ct);
        var (begun, seen) = await starts.BeginAsync(after, isNew: false, ct);
        return await KeepAsync(caller, begun, seen, "schedule.update", ct);
    }

    private async Task<Schedule> KeepAsync(Caller caller, Schedule schedule, Seen before, string action, CancellationToken ct)
    {
        var kept = await database.WriteAsync(
            async (tx, token) =>
            {
                var put = await ScheduleStore.PutAsync(tx, schedule, token);
                await before.Remember(tx, put.Id, token);
                return put;
            },
            ct);
        await acts.Get("act of a schedule", kept.Act).FollowAsync(caller, kept.Name, kept.IsEnabled, ct);
        await audit.AppendAsync(caller, action, kept.Node, null, ct);
        return kept;
    }

    public static string ActOf(JsonObject definition) => s_acts.Single(definition.ContainsKey);

    public JsonObject Read(string yaml, string source, IReadOnlyList<DefinitionEdit>? edits = null) => Contracts.Definitions.Read(new DefinitionFile
    {
        Yaml = yaml,
        Source = source,
        Kind = "schedule",
        Edits = edits ?? [],
        StepKinds = [.. kinds.Names.Select(kinds.Find).OfType<IStepKind>()],
    });

    /// <summary>The file that the act names; nothing when all stands in the schedule.</summary>
    private async Task<JobText> FileAsync(Caller caller, JsonNode act, Request request, CancellationToken ct)
    {
        var named = act is JsonObject fields ? (string?)fields["job"] : (string?)act;
        if (named?.StartsWith("azureml:", StringComparison.Ordinal) == true)
            return await JobAsync(caller, named["azureml:".Length..], ct);

        var files = JobsJson.Write((request.Files ?? new Dictionary<string, string>()).ToDictionary(file => file.Key, file => Digest.Parse(file.Value).ToString()));
        if (named is null)
            return new JobText { Yaml = "", Source = request.Source ?? "schedule.yml", Files = files };
        return request.File is { } file
            ? new JobText { Yaml = file.Yaml, Source = file.Source, Files = files }
            : throw SlipwayException.Invalid($"'{named}' did not come with the schedule; send its text as file.yaml and file.source.");
    }

    private async Task<JobText> JobAsync(Caller caller, string name, CancellationToken ct)
    {
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        return (await jobs.FindTextAsync(row.Id, ct))!;
    }

    /// <param name="File">The job that the schedule names by a path.</param>
    /// <param name="Files">The digest of the tree of each local path of that job, or of the job in the schedule itself.</param>
    public sealed record Request(string Yaml, string? Source, NamedFile? File, IReadOnlyDictionary<string, string>? Files);

    public sealed record NamedFile(string Yaml, string Source);
}
