using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>
/// POST /api/v1/alert-rules/backtest: plays what was kept of monitors, deployments, tests of data and metrics through a rule, declared or
/// not yet, and says when there would have been alerts, how late, and which of them false. Nothing is kept.
/// </summary>
internal sealed class BacktestRule(RuleStore rules, Policies<IAlertSource> sources, IAccess access) : IBacktest
{
    private const int MostTimes = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/alert-rules/backtest", HandleAsync).WithName("BacktestAlertRule").WithTags("alerts");

    public string Name => "alert-rule";

    public bool IsLong => false;

    /// <summary>Refuses what could never be played.</summary>
    public async Task<(AlertRule Rule, IReadOnlyList<TimeWindow> Wrong, TimeWindow Window)> CheckAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        var rule = await TestRule.FindAsync(caller, rules, request.Rule, request.Definition, ct);
        var wrong = RuleBacktest.Read(request.Wrong ?? []);
        if (wrong.Count > MostTimes)
            throw SlipwayException.Invalid($"'wrong' names {wrong.Count} times; it may name {MostTimes}.");
        var window = new TimeWindow(request.From ?? DateTimeOffset.UnixEpoch, request.To ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (window.From >= window.To)
            throw SlipwayException.Invalid($"The time to look at ends ({window.To:O}) before it begins ({window.From:O}).");
        foreach (var value in rule.Values.Values)
            await sources.Get("type of value", value.Type).CheckAsync(caller, value, ct);
        return (rule, wrong, window);
    }

    public async Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct) =>
        BacktestJson.Write(await RunAsync(caller, BacktestJson.Read<Request>(request), progress, ct));

    public async Task<RuleBacktest> RunAsync(Caller caller, Request request, ReplayProgress progress, CancellationToken ct)
    {
        var (rule, wrong, window) = await CheckAsync(caller, request, ct);
        var moments = new Dictionary<string, IReadOnlyList<Moment>>(StringComparer.Ordinal);
        foreach (var (i, (name, value)) in rule.Values.Index())
        {
            await progress.TellAsync(i, rule.Values.Count, name, ct);
            moments[name] = await sources.Get("type of value", value.Type).HistoryAsync(caller, value, window, TimeSpan.Zero, ct);
        }

        var replay = new RuleReplay(rule);
        var alerts = replay.Play(moments);
        return RuleBacktest.Of(rule.Name, [.. moments.Values.SelectMany(found => found)], replay.Looks, alerts, wrong);
    }

    private static async Task<Ok<BacktestWire>> HandleAsync(
        Request request, Caller caller, BacktestRule operation, BeginBacktest begin, CancellationToken ct)
    {
        var (rule, _, _) = await operation.CheckAsync(caller, request, ct);
        return TypedResults.Ok(BacktestWire.Of(await begin.RunAsync(caller, operation.Name, rule.Name, request, ct)));
    }

    /// <param name="Rule">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The rule as YAML.</param>
    /// <param name="From">Of what was kept; all when left out.</param>
    /// <param name="Wrong">Times in which something is known to have been wrong: "2001-02-05T00:00:00Z/2001-02-12T00:00:00Z".</param>
    internal sealed record Request(
        string? Rule = null, string? Definition = null, DateTimeOffset? From = null, DateTimeOffset? To = null, IReadOnlyList<string>? Wrong = null);
}
