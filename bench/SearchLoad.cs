using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>
/// runs/search over HTTP among many runs of 10 metrics, 10 params and 5 tags each: filtered by a metric, a param and a tag
/// at several selectivities, ordered by a metric, first 100 whole runs; and the thousandth page beside the first.
/// </summary>
internal static class SearchLoad
{
    private const int Warm = 30;

    private static readonly (string Name, string Filter)[] s_queries =
    [
        ("4 % of runs match", "metrics.m1 > 0.3 and params.p1 = 'v3' and tags.t1 LIKE 'team-1%'"),
        ("1.5 % match", "metrics.m1 > 0.7 and params.p1 = 'v3' and tags.t1 LIKE 'team-1_'"),
        ("0.25 % match", "metrics.m1 > 0.5 and params.p1 = 'v3' and tags.t1 LIKE 'team-7'"),
        ("0.05 % match", "metrics.m1 > 0.9 and params.p1 = 'v3' and tags.t1 LIKE 'team-7'"),
        ("no run matches", "metrics.m1 > 0.3 and params.p1 = 'v3' and tags.t1 LIKE 'gone%'"),
        ("no filter", ""),
    ];

    public static Command Command()
    {
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 100_000, Description = "Runs to search among." };
        var experiments = new Option<int>("--experiments") { DefaultValueFactory = _ => 1, Description = "Experiments that have them, all searched at once." };
        var times = new Option<int>("--times") { DefaultValueFactory = _ => 200 };
        var home = new Option<string?>("--home") { Description = "A folder to keep; runs that it has are not made again." };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string; SQLite without one." };
        var command = new Command("search-load", "Milliseconds per runs/search of a metric, a param and a tag, ordered by a metric.")
        {
            runs, experiments, times, home, database,
        };
        command.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(runs), parsed.GetValue(experiments), parsed.GetValue(times), parsed.GetValue(home), parsed.GetValue(database), ct));
        return command;
    }

    private static async Task MeasureAsync(int runs, int experiments, int times, string? kept, string? database, CancellationToken ct)
    {
        var home = kept ?? Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            await SearchSeed.EnsureAsync(home, database, runs, experiments, ct);
            await using var app = await ServerModule.StartAsync(
                new ServerSettings { Home = home, Urls = ["http://127.0.0.1:0"], Database = database }, ct);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            foreach (var (name, filter) in s_queries)
                await MeasureAsync(http, name, times, Query(experiments, filter, null), ct);
            await PageAsync(http, experiments, times, ct);
            await app.StopAsync(ct);
        }
        finally
        {
            if (kept is null)
                Directory.Delete(home, recursive: true);
        }
    }

    private static async Task PageAsync(HttpClient http, int experiments, int times, CancellationToken ct)
    {
        string? token = null;
        for (var page = 1; page < 1000; page++)
        {
            using var answer = JsonDocument.Parse(await PostAsync(http, Query(experiments, "metrics.m1 > 0.01", token, 20), ct));
            if (!answer.RootElement.TryGetProperty("next_page_token", out var next))
                return;
            token = next.GetString();
        }

        await MeasureAsync(http, "page 1 of 20", times, Query(experiments, "metrics.m1 > 0.01", null, 20), ct);
        await MeasureAsync(http, "page 1000 of 20", times, Query(experiments, "metrics.m1 > 0.01", token, 20), ct);
    }

    private static async Task MeasureAsync(HttpClient http, string name, int times, byte[] query, CancellationToken ct)
    {
        var measured = new List<double>();
        var found = 0;
        for (var i = 0; i < Warm + times; i++)
        {
            var clock = Stopwatch.StartNew();
            var answer = await PostAsync(http, query, ct);
            measured.Add(clock.Elapsed.TotalMilliseconds);
            if (i == 0)
                found = answer.AsSpan().Count("\"artifact_uri\":"u8);
        }

        var sorted = measured.Skip(Warm).Order().ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {found} runs, p50 {sorted[times / 2]:N1} ms, p95 {sorted[times * 95 / 100]:N1} ms"));
    }

    private static byte[] Query(int experiments, string filter, string? token, int limit = 100) => Encoding.UTF8.GetBytes(
        $$"""{"experiment_ids": [{{string.Join(", ", Enumerable.Range(0, experiments).Select(id => $"\"{id}\""))}}], "max_results": {{limit}}, "order_by": ["metrics.m2 DESC"], "filter": "{{filter}}", "page_token": "{{token}}"}""");

    private static async Task<byte[]> PostAsync(HttpClient http, byte[] body, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri("/api/2.0/mlflow/runs/search", UriKind.Relative), content, ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync(ct);
    }
}
