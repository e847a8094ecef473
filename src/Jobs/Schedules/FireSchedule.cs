using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>
/// POST /api/v1/schedules/{name}/trigger: fires now, by hand. POST …/backfill: fires for the occurrences of a range of time
/// that have not fired, so many at once; asked again it goes on with what is not done.
/// </summary>
internal sealed class FireSchedule(Database database, ShowSchedules show, ScheduleQueue queue, IAuditLog audit, TimeProvider time)
{
    private const int MostOccurrences = 10_000;
    private const int MostOpen = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/schedules/{name}/trigger", TriggerAsync).WithName("TriggerSchedule").WithTags("schedules");
        routes.MapPost("/schedules/{name}/backfill", BackfillAsync).WithName("BackfillSchedule").WithTags("schedules");
    }

    private static async Task<Accepted<FiringWire>> TriggerAsync(
        Caller caller, string name, FireSchedule operation, CancellationToken ct) =>
        TypedResults.Accepted($"/api/v1/schedules/{name}/history", FiringWire.Of(await operation.FireAsync(caller, name, ct)));

    private static async Task<Accepted<Response>> BackfillAsync(
        Caller caller, string name, Request request, FireSchedule operation, CancellationToken ct) =>
        TypedResults.Accepted(
            $"/api/v1/schedules/{name}/history",
            await operation.FillAsync(caller, name, request.From, request.To, request.MaxConcurrent ?? 1, request.DryRun ?? false, ct));

    private async Task<Firing> FireAsync(Caller caller, string name, CancellationToken ct)
    {
        var schedule = await show.FindAsync(caller, name, Permission.Write, ct);
        var firing = Firing.New(schedule, FiringCause.Manual, time.GetUtcNow(), time);
        firing = firing with { Key = $"by:{firing.Id}" };
        await WriteAsync(schedule, [firing], ct);
        await audit.AppendAsync(caller, "schedule.trigger", schedule.Node, null, ct);
        return firing;
    }

    public async Task<Response> FillAsync(
        Caller caller, string name, DateTimeOffset from, DateTimeOffset to, int maxConcurrent, bool dryRun, CancellationToken ct)
    {
        if (maxConcurrent is < 1 or > MostOpen)
            throw SlipwayException.Invalid($"maxConcurrent is {maxConcurrent}; it must be from 1 to {MostOpen}.");
        if (to <= from)
            throw SlipwayException.Invalid($"The range ends ({to:u}) before it begins ({from:u}).");
        var schedule = await show.FindAsync(caller, name, dryRun ? Permission.Read : Permission.Write, ct);
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
            await queue.QueueAsync(tx, schedule, token);
            return added;
        },
        ct);

    public sealed record Request(DateTimeOffset From, DateTimeOffset To, int? MaxConcurrent, bool? DryRun);

    /// <param name="Occurrences">How many lie in the range.</param>
    /// <param name="Added">How many of them had not fired, and now do.</param>
    /// <param name="Times">Of a dry run.</param>
    internal sealed record Response(
        [property: JsonPropertyName("occurrences")] int Occurrences,
        [property: JsonPropertyName("added")] int? Added,
        [property: JsonPropertyName("times")] IReadOnlyList<DateTimeOffset>? Times);
}
