using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>Rows of the past as a table of the engine, in the order of their time, which answers as an endpoint's collected data would.</summary>
internal sealed class History(DuckDbConnection connection, string name, TimeWindow span) : ICollectedData
{
    /// <summary>From the first row to the last one.</summary>
    public TimeWindow Span => span;

    public DuckDbConnection Connection => connection;

    /// <summary>A query over the rows of a window; by default those of the table.</summary>
    public Func<TimeWindow, string>? Query { get; set; }

    /// <summary>A condition on the rows of a window.</summary>
    public static string In(TimeWindow window) => string.Create(
        CultureInfo.InvariantCulture, $"event_us >= {Micros(window.From)} and event_us < {Micros(window.To)}");

    /// <summary>All rows as a table to read columns of.</summary>
    public DataTable Table(CancellationToken ct)
    {
        var types = TableColumns.Read(connection, name, ct).ToDictionary(StringComparer.Ordinal);
        return new DataTable
        {
            Name = name,
            Description = "the history",
            Features = types.Keys.Where(column => column.StartsWith("input_", StringComparison.Ordinal))
                .ToDictionary(column => column["input_".Length..], column => column),
            Types = types,
            Score = "output_score",
            Label = "label",
            Rows = connection.QueryScalar<long>($"select count(*) from {name}", ct),
        };
    }

    /// <summary>The same rows at the same times, but which row has which time is drawn: whatever changes, it is not time that changes it.</summary>
    public History Shuffled(int seed, CancellationToken ct)
    {
        const string Name = "shuffled_history";
        connection.Execute(
            $"""
             create or replace temp table {Name} as
             select rows.* exclude (event_us, place), times.event_us
             from (select *, row_number() over (order by hash(row_id, {seed}), row_id) as place from {name}) as rows
             join (select event_us, row_number() over (order by row_id) as place from {name}) as times using (place)
             """,
            ct);
        return new History(connection, Name, span);
    }

    public Task<string?> QueryAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        Task.FromResult<string?>(Query?.Invoke(window) ?? $"select * exclude (row_id, event_us) from {name} where {In(window)}");

    public Task FlushAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<long> AddLabelsAsync(
        Caller caller, string endpoint, IReadOnlyList<string> predictionIds, IReadOnlyList<double> labels, CancellationToken ct) =>
        throw new NotSupportedException("The past is not changed.");

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
