using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>Many runs, written into the tables by SQL: a hundred thousand take seconds.</summary>
internal static class SearchSeed
{
    private const string Tables = "'latest_metrics', 'metrics', 'params', 'run_tags', 'runs'";

    /// <summary>Makes the runs unless there are some already.</summary>
    public static async Task EnsureAsync(string home, string? database, int runs, int experiments, CancellationToken ct)
    {
        // Migrates the database, and makes the default experiment.
        await using (var app = await ServerModule.StartAsync(
            new ServerSettings { Home = home, Urls = ["http://127.0.0.1:0"], Database = database }, ct))
        {
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            (await http.GetAsync(new Uri("/api/v1/experiments", UriKind.Relative), ct)).EnsureSuccessStatusCode();
            await app.StopAsync(ct);
        }

        await using DbConnection connection = database is null
            ? new SqliteConnection("Data Source=" + Path.Combine(home, "slipway.db"))
            : new NpgsqlConnection(database + ";Command Timeout=0");
        await connection.OpenAsync(ct);
        if (await connection.ExecuteScalarAsync<long>("select count(*) from runs") > 0)
            return;
        if (database is null)
            await connection.ExecuteAsync("pragma cache_size = -1000000; pragma synchronous = off; pragma temp_store = memory");
        var indexes = (await connection.QueryAsync<(string Name, string Sql)>(database is null
            ? $"select name, sql from sqlite_schema where type = 'index' and sql is not null and tbl_name in ({Tables})"
            : $"""
              select indexname, indexdef from pg_indexes where tablename in ({Tables})
              and indexname not like '%_pkey' and indexname not like '%_key'
              """)).AsList();
        foreach (var (name, _) in indexes)
            await connection.ExecuteAsync($"drop index {name}");
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await connection.ExecuteAsync(Rows(runs, experiments, connection is NpgsqlConnection), transaction: transaction, commandTimeout: 0);
            await transaction.CommitAsync(ct);
        }

        foreach (var (_, sql) in indexes)
            await connection.ExecuteAsync(sql, commandTimeout: 0);
        if (database is not null)
            await connection.ExecuteAsync("vacuum analyze", commandTimeout: 0);
    }

    private static string Rows(int runs, int experiments, bool postgres)
    {
        var all = $"with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n where i < {runs})";
        var (metrics, texts, tags) = (Many("m", 10), Many("k", 10), Many("k", 5));
        var real = postgres ? "double precision" : "real";
        return
            $"""
            insert into metric_keys (key) values {string.Join(", ", Enumerable.Range(1, 10).Select(m => $"('m{m}')"))};
            insert into experiments (id, workspace, name, artifact_location, deleted, created_at, updated_at)
            {all} select i, 'default', 'experiment-' || i, '', false, 0, 0 from n where i < {experiments};
            insert into runs (id, workspace, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted)
            {all} select replace('0190a5b47d0a7000' || {Padded("i", postgres)}, ' ', '0'), 'default', i % {experiments}, 'run-' || i, 'ann', 'FINISHED',
                1700000000000 + i * 1000, 1700000000000 + i * 1000 + 500, 'mlflow-artifacts:/0/' || i || '/artifacts', false from n order by i;
            insert into latest_metrics (run_no, key_no, experiment_id, value, is_nan, step, time)
            {all}, m(m) as ({metrics})
            select i, m, i % {experiments}, cast({Chance("i", "m")} as {real}) / 1000003, false, 1, 1700000000000 + i from n cross join m order by i, m;
            insert into metrics (run_no, key_no, time, step, value, is_nan)
            select run_no, key_no, time, step, value, is_nan from latest_metrics order by run_no, key_no;
            insert into params (run_no, key, value)
            {all}, k(k) as ({texts})
            select i, 'p' || k, 'v' || ({Chance("i", "(k + 20)")} % 10) from n cross join k order by i, k;
            insert into run_tags (run_no, key, value)
            {all}, k(k) as ({tags})
            select i, 't' || k, 'team-' || ({Chance("i", "(k + 40)")} % 20) from n cross join k order by i, k;
            """;
    }

    private static string Padded(string number, bool postgres) =>
        postgres ? $"lpad({number}::text, 16, '0')" : $"printf('%016d', {number})";

    private static string Many(string name, int count) =>
        string.Join(" union all ", Enumerable.Range(1, count).Select(i => $"select cast({i} as bigint) as {name}"));

    // From 0 to 1000002, another sequence for each stream.
    private static string Chance(string i, string stream) =>
        $"((({i} * (7919 + {stream} * 2311)) % 1000003 * (({i} + {stream} * 131) % 997 + 48271)) % 1000003)";
}
