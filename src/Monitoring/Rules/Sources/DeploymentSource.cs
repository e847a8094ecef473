using Slipway.Kernel;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What deployments did in the last minutes, over all processes that serve them.</summary>
internal sealed class DeploymentSource(SampleStore samples, IEndpoints endpoints) : IAlertSource
{
    private const int MostMoments = 5000;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_leastStep = TimeSpan.FromSeconds(15);

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
        var length = value.Window ?? s_window;
        var (endpoint, deployment) = Parts(value);
        var found = await endpoints.FindAsync(caller, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var within = await samples.ListAsync(caller.Workspace, endpoint, deployment, new TimeWindow(now - length, now), ct);
        return [.. found.Deployments.Where(known => deployment is null || known.Name == deployment)
            .Select(known => FigureOf(value, endpoint, known.Name, new TimeWindow(now - length, now), within.Where(sample => sample.Deployment == known.Name)))];
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, CancellationToken ct)
    {
        var length = value.Window ?? s_window;
        var (endpoint, deployment) = Parts(value);
        var within = await samples.ListAsync(caller.Workspace, endpoint, deployment, window with { From = window.From - length }, ct);
        if (within.Count == 0)
            return [];
        var start = Later(window.From, within[0].At.ToTime());
        var end = within[^1].At.ToTime() + length < window.To ? within[^1].At.ToTime() + length : window.To;
        var step = TimeSpan.FromTicks(Math.Max(s_leastStep.Ticks, (end - start).Ticks / MostMoments));
        var names = within.Select(sample => sample.Deployment).Distinct(StringComparer.Ordinal).ToList();
        var moments = new List<Moment>();
        var (first, last) = (0, 0);
        for (var at = start; at <= end; at += step)
        {
            while (last < within.Count && within[last].At.ToTime() <= at)
                last++;
            while (first < last && within[first].At.ToTime() <= at - length)
                first++;
            var seen = within.Skip(first).Take(last - first).ToLookup(sample => sample.Deployment);
            moments.Add(new Moment(at, [.. names.Select(name => FigureOf(value, endpoint, name, new TimeWindow(at - length, at), seen[name]))]));
        }

        return moments;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static (string Endpoint, string? Deployment) Parts(WatchedValue value) =>
        value.Deployment!.Split('/', 2) is [var endpoint, var deployment] ? (endpoint, deployment) : (value.Deployment, null);

    private static Figure FigureOf(WatchedValue value, string endpoint, string deployment, TimeWindow window, IEnumerable<DeploymentSample> samples)
    {
        var dimensions = new Dictionary<string, string>();
        var labels = new Dictionary<string, string> { ["endpoint"] = endpoint };
        (value.Deployment!.Contains('/', StringComparison.Ordinal) ? labels : dimensions)["deployment"] = deployment;
        return new Figure
        {
            Dimensions = dimensions,
            Labels = labels,
            Value = DeploymentFigures.Of(value.Metric, [.. samples], window.To - window.From),
            From = window.From,
            To = window.To,
            Evidence = $"deployment:{endpoint}/{deployment}",
            Origin = $"{value.Metric} of deployment {endpoint}/{deployment} over {WindowText.Of(window)}",
        };
    }
}
