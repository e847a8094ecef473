using Microsoft.Extensions.Options;
using Slipway.Kernel;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What deployments did in the last minutes, over all processes that serve them.</summary>
internal sealed class DeploymentSource(SampleStore samples, IEndpoints endpoints, IOptions<AlertOptions> options, TimeProvider time) : IAlertSource
{
    // Of one month as often as samples are kept; a longer time is looked at less often.
    private const int MostMoments = 200_000;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    public string Name => "deployment";

    public async Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        var (endpoint, deployment) = Parts(value);
        var found = await endpoints.FindAsync(caller, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        if (deployment is not null && found.Deployments.All(known => known.Name != deployment))
            throw SlipwayException.NotFound("Deployment", $"{endpoint}/{deployment}");
    }

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        var window = new TimeWindow(now - (value.Window ?? s_window), now);
        var (endpoint, deployment) = Parts(value);
        var found = await endpoints.FindAsync(caller, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var within = await samples.ListAsync(caller.Workspace, endpoint, deployment, window, ct);
        return
        [
            .. found.Deployments.Where(known => deployment is null || known.Name == deployment).Select(known => FigureOf(
                value, Words(value, known.Name), window,
                within.Where(sample => sample.Deployment == known.Name).Select(DeploymentTally.Of).Aggregate(DeploymentTally.None, (sum, one) => sum.Plus(one)))),
        ];
    }

    /// <summary>At whole multiples of a step, whoever asks for which window: what is seen again is the same. A deployment that is there is looked at to the end, idle or not.</summary>
    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        var length = value.Window ?? s_window;
        var pasts = await PastsAsync(caller, value, window, length, ct);
        if (pasts.Count == 0)
            return [];
        var (start, end) = (pasts.Min(past => past.From), pasts.Max(past => past.To));
        var step = Longest(TimeSpan.FromSeconds(options.Value.EverySeconds), every < length ? every : length, (end - start) / MostMoments);
        var words = pasts.ToDictionary(past => past.Name, past => Words(value, past.Name), StringComparer.Ordinal);
        var moments = new List<Moment>();
        for (var at = new DateTimeOffset(((start.UtcTicks / step.Ticks) + 1) * step.Ticks, TimeSpan.Zero); at <= end; at += step)
        {
            moments.Add(new Moment(
                at,
                [
                    .. pasts.Where(past => past.From < at && at <= past.To)
                        .Select(past => FigureOf(value, words[past.Name], new TimeWindow(at - length, at), past.Within(at - length, at))),
                ]));
        }

        return moments;
    }

    private async Task<IReadOnlyList<DeploymentPast>> PastsAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan length, CancellationToken ct)
    {
        var (endpoint, deployment) = Parts(value);
        var until = Earlier(window.To, time.GetUtcNow());
        var within = (await samples.ListAsync(caller.Workspace, endpoint, deployment, new TimeWindow(window.From - length, until), ct))
            .ToLookup(sample => sample.Deployment, StringComparer.Ordinal);
        var present = (await endpoints.FindAsync(caller, endpoint, ct))?.Deployments.Select(known => known.Name).Where(name => deployment is null || name == deployment).ToList() ?? [];
        var pasts = new List<DeploymentPast>();
        foreach (var name in within.Select(own => own.Key).Union(present))
        {
            if (await samples.FirstAsync(caller.Workspace, endpoint, name, ct) is not { } first)
                continue;
            var own = within[name].ToList();

            // The sample tells what was before it.
            var from = Later(window.From, first.ToTime() - TimeSpan.FromMilliseconds(1));
            pasts.Add(new DeploymentPast(name, own, from, present.Contains(name) ? until : Earlier(until, own[^1].At.ToTime() + length)));
        }

        return pasts;
    }

    private static TimeSpan Longest(params IEnumerable<TimeSpan> spans) => spans.Max();

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static (string Endpoint, string? Deployment) Parts(WatchedValue value) =>
        value.Deployment!.Split('/', 2) is [var endpoint, var deployment] ? (endpoint, deployment) : (value.Deployment, null);

    /// <summary>The figure without its value, which is most of it and the same at all times.</summary>
    private static Figure Words(WatchedValue value, string deployment)
    {
        var (endpoint, named) = Parts(value);
        var own = new Dictionary<string, string> { ["deployment"] = deployment };
        return new Figure
        {
            Dimensions = named is null ? own : new Dictionary<string, string>(),
            Labels = new Dictionary<string, string>(named is null ? [] : own) { ["endpoint"] = endpoint },
            Value = null,
            From = default,
            To = default,
            Evidence = $"deployment:{endpoint}/{deployment}",
            Origin = $"{value.Metric} of deployment {endpoint}/{deployment}",
        };
    }

    private static Figure FigureOf(WatchedValue value, Figure words, TimeWindow window, DeploymentTally tally) => words with
    {
        Value = DeploymentFigures.Of(value.Metric, tally, window.To - window.From),
        From = window.From,
        To = window.To,
        Origin = $"{words.Origin} over {WindowText.Of(window)}",
    };
}
