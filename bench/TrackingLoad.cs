using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>
/// log-batch of 1000 metrics over HTTP, beside the floor: a prepared insert loop of the same rows into a table with the
/// same key, one transaction per batch, on the same database. Then many clients at once, each with a run of its own, and
/// runs/search over many runs.
/// </summary>
internal static class TrackingLoad
{
    private const int PointsPerBatch = InsertLoop.PointsPerBatch;
    private const int Warm = InsertLoop.Warm;

    public static Command Command()
    {
        var batches = new Option<int>("--batches") { DefaultValueFactory = _ => 100 };
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 2000, Description = "Runs to search among." };
        var clients = new Option<int>("--clients") { DefaultValueFactory = _ => 20, Description = "Clients that log at once." };
        var seconds = new Option<int>("--seconds") { DefaultValueFactory = _ => 5, Description = "How long they do." };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string; SQLite without one." };
        var command = new Command("tracking-load", "Metrics per second by batches, against an insert loop; milliseconds per search.")
        {
            batches, runs, clients, seconds, database,
        };
        command.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(batches),
            parsed.GetValue(runs),
            (parsed.GetValue(clients), TimeSpan.FromSeconds(parsed.GetValue(seconds))),
            parsed.GetValue(database),
            ct));
        return command;
    }

    private static async Task MeasureAsync(
        int batches, int runs, (int Clients, TimeSpan Time) crowd, string? database, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            await using var app = await ServerModule.StartAsync(
                new ServerSettings { Home = home, Urls = ["http://127.0.0.1:0"], Database = database }, ct);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            foreach (var keys in new[] { 1, 10, 1000 })
            {
                var reached = await BatchesAsync(http, keys, batches, ct);
                var floor = InsertLoop.RowsPerSecond(database ?? Path.Combine(home, $"floor{keys}.db"), database is not null, keys, batches);
                Console.WriteLine($"{keys} keys: {reached:N0} metrics/s, floor {floor:N0} rows/s, {reached / floor:P0}");
            }

            await CrowdAsync(http, crowd.Clients, crowd.Time, ct);
            await SearchAsync(http, runs, ct);
            await app.StopAsync(ct);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<double> BatchesAsync(HttpClient http, int keys, int batches, CancellationToken ct)
    {
        var run = await CreateRunAsync(http, ct);
        var bodies = Enumerable.Range(0, Warm + batches).Select(batch => Body(run, batch, keys)).ToArray();
        foreach (var body in bodies[..Warm])
            await PostAsync(http, "runs/log-batch", body, ct);
        var clock = Stopwatch.StartNew();
        foreach (var body in bodies[Warm..])
            await PostAsync(http, "runs/log-batch", body, ct);
        return batches * PointsPerBatch / clock.Elapsed.TotalSeconds;
    }

    // Any refusal ends it.
    private static async Task CrowdAsync(HttpClient http, int clients, TimeSpan time, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var sent = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(
            async () =>
            {
                var run = await CreateRunAsync(http, ct);
                var batch = 0;
                for (; clock.Elapsed < time; batch++)
                    await PostAsync(http, "runs/log-batch", Body(run, batch, 10), ct);
                return batch;
            },
            ct)));
        var reached = sent.Sum() * PointsPerBatch / clock.Elapsed.TotalSeconds;
        Console.WriteLine($"{clients} clients for {time.TotalSeconds} s, 10 keys: {reached:N0} metrics/s, no refusal");
    }

    private static async Task SearchAsync(HttpClient http, int runs, CancellationToken ct)
    {
        for (var i = 0; i < runs; i++)
        {
            var run = await CreateRunAsync(http, ct);
            var metrics = Enumerable.Range(0, 10).Select(m => $$"""{"key":"m{{m}}","value":{{(i * 7919 + m * 31) % 1000}},"timestamp":1}""");
            var parameters = Enumerable.Range(0, 10).Select(p => $$"""{"key":"p{{p}}","value":"v{{(i + p) % 7}}"}""");
            var tags = Enumerable.Range(0, 5).Select(t => $$"""{"key":"t{{t}}","value":"tag-{{(i + t) % 5}}"}""");
            var body = $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', metrics)}}],"params":[{{string.Join(',', parameters)}}],"tags":[{{string.Join(',', tags)}}]}""";
            await PostAsync(http, "runs/log-batch", Encoding.UTF8.GetBytes(body), ct);
        }

        var query = Encoding.UTF8.GetBytes(
            """
            {"experiment_ids": ["0"], "max_results": 100, "order_by": ["metrics.m2 DESC"],
             "filter": "metrics.m1 > 300 and params.p1 = 'v1' and tags.t1 LIKE 'tag-_'"}
            """);
        var times = new List<double>();
        for (var i = 0; i < 220; i++)
        {
            var clock = Stopwatch.StartNew();
            await PostAsync(http, "runs/search", query, ct);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        var sorted = times.Skip(20).Order().ToArray();
        Console.WriteLine($"search among {runs}: p50 {sorted[100]:N1} ms, p95 {sorted[190]:N1} ms");
    }

    private static byte[] Body(string run, int batch, int keys)
    {
        var points = Enumerable.Range(0, PointsPerBatch).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"key":"metric_{{i % keys}}","value":{{i * 0.37 + batch}},"timestamp":{{InsertLoop.Time(batch, i)}},"step":{{i / keys}}}"""));
        return Encoding.UTF8.GetBytes($$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""");
    }

    private static async Task<string> CreateRunAsync(HttpClient http, CancellationToken ct)
    {
        var answer = await PostAsync(http, "runs/create", """{"experiment_id":"0","start_time":1}"""u8.ToArray(), ct);
        var at = answer.IndexOf("\"run_id\":\"", StringComparison.Ordinal) + 10;
        return answer.Substring(at, 32);
    }

    private static async Task<string> PostAsync(HttpClient http, string path, byte[] body, CancellationToken ct)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri("/api/2.0/mlflow/" + path, UriKind.Relative), content, ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(ct);
    }
}
