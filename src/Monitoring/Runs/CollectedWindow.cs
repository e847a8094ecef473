using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>The answers of an endpoint in a window, gathered once into a table of the engine.</summary>
internal sealed class CollectedWindow : IDisposable
{
    private const string Table = "collected";

    private readonly DuckDbConnection _connection;

    private CollectedWindow(DuckDbConnection connection, TimeWindow window, HashSet<string> columns)
    {
        _connection = connection;
        Window = window;
        Columns = columns;
    }

    public TimeWindow Window { get; }

    public HashSet<string> Columns { get; }

    /// <summary>How many rows each deployment answered with each version of its model; the most first.</summary>
    public IReadOnlyList<(string Deployment, int Version, long Rows)> Answered { get; private init; } = [];

    public long Rows => Answered.Sum(one => one.Rows);

    /// <summary>Null when nothing was collected.</summary>
    /// <param name="query">As ICollectedData gives it.</param>
    public static CollectedWindow? Open(ILakeTables lake, string query, string? deployment, TimeWindow window, CancellationToken ct)
    {
        var connection = lake.Connect();
        try
        {
            HashSet<string> columns;
            using (var shape = connection.Query($"select * from ({query}) limit 0", ct))
                columns = [.. shape.Columns.Select(column => column.Name)];

            // The query joins labels and drops repeated ids, which is to be done once and not for each look.
            var wanted = columns.Where(name => name is "deployment" or "model_version" or "label" or "output_score"
                || name.StartsWith("input_", StringComparison.Ordinal));
            connection.Execute(
                $"create temp table {Table} as select {string.Join(", ", wanted.Select(DuckDbSql.Identifier))} from ({query})"
                + (deployment is null ? "" : $" where deployment = {DuckDbSql.Literal(deployment)}"),
                ct);
            var answered = Count(connection, ct);
            if (answered.Count > 0)
                return new CollectedWindow(connection, window, columns) { Answered = answered };
            connection.Dispose();
            return null;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public DuckDbResult Read(IEnumerable<string> expressions, string? where, CancellationToken ct) => _connection.Query(
        $"select {string.Join(", ", expressions)} from {Table}{(where is null ? "" : " where " + where)}", ct);

    public void Dispose() => _connection.Dispose();

    private static List<(string Deployment, int Version, long Rows)> Count(DuckDbConnection connection, CancellationToken ct)
    {
        using var result = connection.Query(
            $"select deployment, model_version, count(*) from {Table} group by all order by 3 desc, 1, 2", ct);
        return result.Read(row => (row.Get<string>(0) ?? "", row.Get<int>(1), row.Get<long>(2)));
    }
}
