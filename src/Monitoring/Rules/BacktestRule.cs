using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>
/// POST /api/v1/alert-rules/backtest: plays what was kept of monitors, deployments, tests of data and metrics through a rule, declared or
/// not yet, and says when there would have been alerts, how late, and which of them false. Nothing is kept.
/// </summary>
internal sealed class BacktestRule(RuleStore rules, Policies<IAlertSource> sources, IAccess access)
{
    private const int MostTimes = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/alert-rules/backtest", HandleAsync).WithName("BacktestAlertRule").WithTags("alerts");

    public async Task<RuleBacktest> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        var rule = await TestRule.FindAsync(caller, rules, request.Rule, request.Definition, ct);
        var wrong = RuleBacktest.Read(request.Wrong ?? []);
        if (wrong.Count > MostTimes)
            throw SlipwayException.Invalid($"'wrong' names {wrong.Count} times; it may name {MostTimes}.");
        var window = new TimeWindow(request.From ?? DateTimeOffset.UnixEpoch, request.To ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (window.From >= window.To)
            throw SlipwayException.Invalid($"The time to look at ends ({window.To:O}) before it begins ({window.From:O}).");
        var moments = new Dictionary<string, IReadOnlyList<Moment>>(StringComparer.Ordinal);
        foreach (var (name, value) in rule.Values)
        {
            var source = sources.Get("type of value", value.Type);
            await source.CheckAsync(caller, value, ct);
            moments[name] = await source.HistoryAsync(caller, value, window, ct);
        }

        var replay = new RuleReplay(rule);
        var alerts = replay.Play(moments);
        return RuleBacktest.Of(rule.Name, [.. moments.Values.SelectMany(found => found)], replay.Looks, alerts, wrong);
    }

    private static async Task<Ok<RuleBacktest>> HandleAsync(Request request, Caller caller, BacktestRule operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    /// <param name="Rule">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The rule as YAML.</param>
    /// <param name="From">Of what was kept; all when left out.</param>
    /// <param name="Wrong">Times in which something is known to have been wrong: "2001-02-05T00:00:00Z/2001-02-12T00:00:00Z".</param>
    internal sealed record Request(
        string? Rule = null, string? Definition = null, DateTimeOffset? From = null, DateTimeOffset? To = null, IReadOnlyList<string>? Wrong = null);
}
