using System.Data.Common;
using Dapper;
using Slipway.Data;

namespace Slipway.Tracking.Purge;

/// <summary>Deletes rows, or in a rehearsal counts them: one list of conditions for both, so that they agree.</summary>
internal sealed class RowRemoval(DbConnection connection, DbTransaction? tx, Dialect dialect)
{
    // What hangs on a run by its number.
    public static readonly string[] OfRuns =
    [
        "metrics", "latest_metrics", "params", "run_tags", "run_inputs", "run_input_tags", "run_model_inputs", "run_model_outputs",
        "run_history",
    ];

    public static readonly string[] OfTraces = ["trace_tags", "trace_metadata", "spans", "assessments", "trace_prompts"];

    public static readonly string[] OfModels = ["logged_model_params", "logged_model_tags", "logged_model_metrics"];

    public PurgedRows Rows { get; } = new();

    /// <summary>The runs, with all that hangs on them.</summary>
    public async Task RunsAsync(IReadOnlyList<RunKey> runs, CancellationToken ct)
    {
        var ids = runs.Select(run => run.Id).ToArray();
        var traces = await QueryAsync<long>(
            $"""
            select trace_no from trace_metadata where key = 'mlflow.sourceRun' and {dialect.AnyOf(dialect.Indexed("value"), "@Ids")}
            union
            select t.no from trace_runs l join traces t on t.workspace = l.workspace and t.id = l.trace_id
            where {dialect.AnyOf("l.run_id", "@Ids")} and not exists (
                select 1 from trace_runs o join runs r on r.id = o.run_id
                where o.workspace = l.workspace and o.trace_id = l.trace_id and {dialect.NoneOf("o.run_id", "@Ids")})
            """,
            new { Ids = ids },
            ct);
        await TracesAsync([.. traces], ct);
        var numbers = new { List = runs.Select(run => run.No).ToArray(), Ids = ids };
        foreach (var table in OfRuns)
            await DropAsync(table, dialect.AnyOf("run_no", "@List"), numbers, ct);
        await DropAsync("trace_runs", dialect.AnyOf("run_id", "@Ids"), numbers, ct);
        await DropAsync("runs", dialect.AnyOf("no", "@List"), numbers, ct);
    }

    /// <summary>An experiment without runs, with all else that hangs on it.</summary>
    public async Task ExperimentAsync(long id, CancellationToken ct)
    {
        var place = new { Id = id };
        await TracesAsync([.. await QueryAsync<long>("select no from traces where experiment_id = @Id", place, ct)], ct);
        foreach (var table in OfModels)
            await DropAsync(table, "model_id in (select id from logged_models where experiment_id = @Id)", place, ct);
        await DropAsync("logged_models", "experiment_id = @Id", place, ct);
        await DropAsync("datasets", "experiment_id = @Id", place, ct);
        await DropAsync("scorers", "experiment_id = @Id", place, ct);
        await DropAsync("issues", "experiment_id = @Id", place, ct);
        await DropAsync("evaluation_dataset_experiments", "experiment_id = @Id", place, ct);
        await DropAsync("experiment_tags", "experiment_id = @Id", place, ct);
        await DropAsync("experiments", "id = @Id", place, ct);
    }

    private async Task TracesAsync(long[] all, CancellationToken ct)
    {
        foreach (var traces in all.Chunk(500))
        {
            foreach (var table in OfTraces)
                await DropAsync(table, dialect.AnyOf("trace_no", "@List"), new { List = traces }, ct);
            await DropAsync(
                "trace_runs",
                $"(workspace, trace_id) in (select workspace, id from traces where {dialect.AnyOf("no", "@List")})",
                new { List = traces },
                ct);
            await DropAsync("traces", dialect.AnyOf("no", "@List"), new { List = traces }, ct);
        }
    }

    private async Task DropAsync(string table, string where, object parameters, CancellationToken ct) => Rows.Add(
        table,
        tx is null
            ? await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"select count(*) from {table} where {where}", parameters, cancellationToken: ct))
            : await tx.ExecuteAsync($"delete from {table} where {where}", parameters, ct));

    private Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken ct) =>
        tx is null ? connection.QueryAsync<T>(sql, parameters, ct) : tx.QueryAsync<T>(sql, parameters, ct);

    /// <summary>A run that is to go.</summary>
    internal sealed record RunKey
    {
        public required long No { get; init; }

        public required string Id { get; init; }
    }
}
