using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Series;

/// <summary>
/// <c>scrape_metrics</c> of a schedule: reads a page of metrics and keeps its points as series. Beside them <c>up</c> tells, as in
/// Prometheus, whether the page could be read.
/// </summary>
internal sealed class ScrapeAct(IWebReader web, PushPoints push, TimeProvider time) : IScheduledAct
{
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostSamples = 9_999;
    private const string Accept = "text/plain;version=0.0.4,text/plain;q=0.5";

    public string Name => "scrape_metrics";

    public Task CheckAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        web.Check((string)work.Definition["url"]!);
        Patterns(work);
        SeriesKey.Of("up", Labels(work));
        return Task.CompletedTask;
    }

    public async Task<StartedWork> RunAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var labels = Labels(work);
        try
        {
            var samples = await ReadAsync(work, ct);
            await push.RunAsync(caller, [Up(1, labels), .. samples.Select(sample => PointOf(sample, labels))], ct);
            return new StartedWork(null, $"series:{(samples.Count > 0 ? samples[0].Name : "up")}");
        }
        catch (SlipwayException)
        {
            await push.RunAsync(caller, [Up(0, labels)], ct);
            throw;
        }
    }

    private async Task<IReadOnlyList<PageSample>> ReadAsync(ScheduledWork work, CancellationToken ct)
    {
        var url = (string)work.Definition["url"]!;
        var patterns = Patterns(work);
        var page = await web.ReadAsync(url, Accept, MostBytes, ct);
        try
        {
            var samples = PrometheusPage.Read(page)
                .Where(sample => double.IsFinite(sample.Value) && (patterns.Count == 0 || patterns.Any(pattern => pattern.IsMatch(sample.Name))))
                .ToList();
            return samples.Count <= MostSamples
                ? samples
                : throw SlipwayException.Invalid($"it has {samples.Count:N0} points, of which {MostSamples:N0} are taken; name those that are wanted with 'metrics'.");
        }
        catch (SlipwayException refusal)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"{url}: {refusal.Message}", refusal);
        }
    }

    private static List<Regex> Patterns(ScheduledWork work) =>
        [.. (work.Definition["metrics"]?.AsArray() ?? []).Select(text => Pattern((string)text!))];

    private static Regex Pattern(string text)
    {
        try
        {
            return new Regex($@"\A(?:{text})\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"scrape_metrics.metrics: '{text}' is not a pattern: {exception.Message}", exception);
        }
    }

    private static Dictionary<string, string> Labels(ScheduledWork work)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["instance"] = new Uri((string)work.Definition["url"]!).Authority };
        foreach (var (name, value) in work.Definition["labels"]?.AsObject() ?? [])
            labels[name] = (string)value!;
        return labels;
    }

    private PushPoints.NewPoint Up(double value, Dictionary<string, string> labels) => new("up", value, time.GetUtcNow(), labels);

    // What the page says of itself is kept before what the schedule adds.
    private PushPoints.NewPoint PointOf(PageSample sample, Dictionary<string, string> labels)
    {
        var all = new Dictionary<string, string>(labels, StringComparer.Ordinal);
        foreach (var (name, value) in sample.Labels)
            all[name] = value;
        return new PushPoints.NewPoint(sample.Name, sample.Value, sample.At ?? time.GetUtcNow(), all);
    }
}
