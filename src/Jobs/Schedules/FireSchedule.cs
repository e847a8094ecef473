using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>
/// POST /api/v1/schedules/{name}/trigger: fires now, by hand. POST …/backfill: fires for the occurrences of a range of time
/// that have not fired, so many at once; asked again it goes on with what is not done.
/// </summary>
internal sealed class FireSchedule(
    Database database, ShowSchedules show, WorkQueue queue, Policies<IWatch> watches, IAuditLog audit, TimeProvider time)
{
    private const int MostOccurrences = 10_000;
    private const int MostOpen = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/schedules/{name}/trigger", TriggerAsync).WithName("TriggerSchedule").WithTags("schedules");
        routes.MapPost("/schedules/{name}/backfill", BackfillAsync).WithName("BackfillSchedule").WithTags("schedules");
    }

    private static async Task<Accepted<FiringWire>> TriggerAsync(
        Caller caller, string name, ByHand? request, FireSchedule operation, CancellationToken ct) =>
        TypedResults.Accepted(
            $"/api/v1/schedules/{name}/history",
            FiringWire.Of(await operation.FireAsync(caller, name, request?.Facts ?? new Dictionary<string, string>(), ct)));

    private static async Task<Accepted<Response>> BackfillAsync(
        Caller caller, string name, Request request, FireSchedule operation, CancellationToken ct) =>
        TypedResults.Accepted(
            $"/api/v1/schedules/{name}/history",
            await operation.FillAsync(caller, name, request.From, request.To, request.MaxConcurrent ?? 1, request.DryRun ?? false, ct));

    public async Task<Firing> FireAsync(Caller caller, string name, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        var schedule = await show.FindAsync(caller, name, Permission.Write, ct);
        var firing = Firing.New(schedule, FiringCause.Manual, time.GetUtcNow(), time);
        firing = firing with
        {
            Key = $"by:{firing.Id}",
            Why = $"{caller.Principal} fired it by hand.",
            Facts = JobsJson.Write(await FactsAsync(schedule, given, ct)),
        };
        await WriteAsync(schedule, [firing], ct);
        await audit.AppendAsync(caller, "schedule.trigger", schedule.Node, null, ct);
        return firing;
    }

    private async Task<IReadOnlyDictionary<string, string>> FactsAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct)
    {
        if (watches.Find(schedule.TriggerType) is not { } watch)
        {
            return given.Count == 0
                ? given
                : throw SlipwayException.Invalid($"The schedule '{schedule.Name}' goes by time; there is nothing to set ('{given.Keys.First()}').");
        }

        var facts = await watch.ByHandAsync(schedule, given, ct);
        var strange = given.Keys.FirstOrDefault(key => !facts.ContainsKey(key));
        return strange is null
            ? facts
            : throw SlipwayException.Invalid($"'{strange}' is not known to this trigger.{Nearest.Hint(strange, facts.Keys)} Known: {string.Join(", ", facts.Keys)}.");
    }

    public async Task<Response> FillAsync(
        Caller caller, string name, DateTimeOffset from, DateTimeOffset to, int maxConcurrent, bool dryRun, CancellationToken ct)
    {
        if (maxConcurrent is < 1 or > MostOpen)
            throw SlipwayException.Invalid($"maxConcurrent is {maxConcurrent}; it must be from 1 to {MostOpen}.");
        if (to <= from)
            throw SlipwayException.Invalid($"The range ends ({to:u}) before it begins ({from:u}).");
        var schedule = await show.FindAsync(caller, name, dryRun ? Permission.Read : Permission.Write, ct);
        if (schedule.Watches is not null)
            throw SlipwayException.Invalid($"The schedule '{name}' waits for something that happens (type {schedule.TriggerType}); only what goes by time can be filled in. Fire it by hand: slipway schedule trigger.");
        var wanted = Occurrences(schedule, from, to < time.GetUtcNow() ? to : time.GetUtcNow())
            .Select(at => Firing.New(schedule, FiringCause.Backfill, at, time) with { MostOpen = maxConcurrent })
            .ToList();
        if (dryRun)
            return new Response(wanted.Count, null, [.. wanted.Select(firing => firing.TriggerAt.ToTime())]);

        var added = await WriteAsync(schedule, wanted, ct);
        await audit.AppendAsync(caller, "schedule.backfill", schedule.Node, null, ct);
        return new Response(wanted.Count, added, null);
    }

    /// <summary>Those from the first time on, before the second.</summary>
    private static List<DateTimeOffset> Occurrences(Schedule schedule, DateTimeOffset from, DateTimeOffset to)
    {
        var trigger = schedule.ReadTrigger();
        var found = new List<DateTimeOffset>();
        for (var next = trigger.Next(from.AddTicks(-1)); next is { } at && at < to; next = trigger.Next(at))
        {
            found.Add(at);
            if (found.Count > MostOccurrences)
                throw SlipwayException.Invalid($"More than {MostOccurrences} occurrences lie in this range; fill it in parts.");
        }

        return found;
    }

    private Task<int> WriteAsync(Schedule schedule, IReadOnlyList<Firing> wanted, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var added = await FiringStore.AddAgainAsync(tx, wanted, token);
            await queue.EnqueueAsync(tx, schedule.Look(), token);
            return added;
        },
        ct);

    /// <param name="Facts">Of what happened, where the trigger waits for something: a version, a commit.</param>
    public sealed record ByHand(IReadOnlyDictionary<string, string>? Facts);

    public sealed record Request(DateTimeOffset From, DateTimeOffset To, int? MaxConcurrent, bool? DryRun);

    /// <param name="Occurrences">How many lie in the range.</param>
    /// <param name="Added">How many of them had not fired, and now do.</param>
    /// <param name="Times">Of a dry run.</param>
    internal sealed record Response(
        [property: JsonPropertyName("occurrences")] int Occurrences,
        [property: JsonPropertyName("added")] int? Added,
        [property: JsonPropertyName("times")] IReadOnlyList<DateTimeOffset>? Times);
}
