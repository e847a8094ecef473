using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Data.Sqlite;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>
/// log-batch of 1000 metrics over HTTP, beside the floor: a prepared insert loop of the same rows into a table with the
/// same key, one transaction per batch (SQLite). Then runs/search over many runs.
/// </summary>
internal static class TrackingLoad
{
    private const int PointsPerBatch = 1000;
    // The just-in-time compiler works on the side for the first seconds.
    private const int Warm = 200;

    public static Command Command()
    {
        var batches = new Option<int>("--batches") { DefaultValueFactory = _ => 100 };
        var runs = new Option<int>("--runs") { DefaultValueFactory = _ => 2000, Description = "Runs to search among." };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string; SQLite without one." };
        var command = new Command("tracking-load", "Metrics per second by batches, against an insert loop; milliseconds per search.")
        {
            batches, runs, database,
        };
        command.SetAction((parsed, ct) =>
            MeasureAsync(parsed.GetValue(batches), parsed.GetValue(runs), parsed.GetValue(database), ct));
        return command;
    }

    private static async Task MeasureAsync(int batches, int runs, string? database, CancellationToken ct)
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
                var floor = Floor(Path.Combine(home, $"floor{keys}.db"), keys, batches);
                Console.WriteLine($"{keys} keys: {reached:N0} metrics/s, floor on SQLite {floor:N0} rows/s, {reached / floor:P0}");
            }

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

    private static double Floor(string path, int keys, int batches)
    {
        using var connection = new SqliteConnection("Data Source=" + path);
        connection.Open();
        Execute(
            connection,
            """
            pragma journal_mode = wal; pragma synchronous = full;
            create table points (run bigint, key bigint, time bigint, step bigint, value real, primary key (run, key, time, step, value)) without rowid;
            """);
        var clock = new Stopwatch();
        for (var batch = 0; batch < Warm + batches; batch++)
        {
            if (batch == Warm)
                clock.Start();
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = "insert into points values (1, @key, @time, @step, @value)";
            var (key, time) = (command.Parameters.Add("@key", SqliteType.Integer), command.Parameters.Add("@time", SqliteType.Integer));
            var (step, value) = (command.Parameters.Add("@step", SqliteType.Integer), command.Parameters.Add("@value", SqliteType.Real));
            command.Prepare();
            for (var i = 0; i < PointsPerBatch; i++)
            {
                (key.Value, time.Value) = ((long)(i % keys), Time(batch, i));
                (step.Value, value.Value) = ((long)(i / keys), i * 0.37);
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return batches * PointsPerBatch / clock.Elapsed.TotalSeconds;
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
            $$"""{"key":"metric_{{i % keys}}","value":{{i * 0.37 + batch}},"timestamp":{{Time(batch, i)}},"step":{{i / keys}}}"""));
        return Encoding.UTF8.GetBytes($$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""");
    }

    private static long Time(int batch, int point) => 1_700_000_000_000 + (batch * PointsPerBatch) + point;

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

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
