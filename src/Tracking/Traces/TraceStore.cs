using System.Data;
using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Traces;

/// <summary>Traces, their tags, metadata and spans.</summary>
internal sealed class TraceStore(Database database)
{
    public const string SpansTag = "mlflow.trace.spansLocation";

    public const string Columns =
        """
        t.no, t.id, t.experiment_id, t.client_request_id, t.state, t.requested_at, t.duration, t.request_preview,
        t.response_preview, t.finalized
        """;

    /// <summary>Writes the record that the client made of a trace; one that was made of spans is replaced by it.</summary>
    public static async Task<long> PutAsync(
        DbTransaction tx, WorkspaceName workspace, TraceRow row, IReadOnlyList<KeyValue> tags, IReadOnlyList<KeyValue> metadata, CancellationToken ct)
    {
        var no = await tx.FindAsync<long>(
            """
            insert into traces
                (id, workspace, experiment_id, client_request_id, name, state, requested_at, duration, request_preview, response_preview, finalized)
            values
                (@Id, @Workspace, @ExperimentId, @ClientRequestId, @Name, @State, @RequestedAt, @Duration, @RequestPreview, @ResponsePreview, @Finalized)
            on conflict (workspace, id) do update
            set client_request_id = coalesce(excluded.client_request_id, traces.client_request_id),
                name = coalesce(excluded.name, traces.name),
                state = excluded.state,
                requested_at = excluded.requested_at,
                duration = excluded.duration,
                request_preview = coalesce(excluded.request_preview, traces.request_preview),
                response_preview = coalesce(excluded.response_preview, traces.response_preview),
                finalized = excluded.finalized
            returning no
            """,
            new
            {
                row.Id,
                Workspace = workspace.Value,
                row.ExperimentId,
                row.ClientRequestId,
                Name = tags.FirstOrDefault(tag => tag.Key == "mlflow.traceName").Value,
                row.State,
                row.RequestedAt,
                row.Duration,
                row.RequestPreview,
                row.ResponsePreview,
                row.Finalized,
            },
            ct);
        await SetAsync(tx, "trace_tags", no, tags, ct);
        await SetAsync(tx, "trace_metadata", no, metadata, ct);
        return no;
    }

    public static async Task PutSpanAsync(DbTransaction tx, long traceNo, OtlpSpan span, CancellationToken ct) => await tx.ExecuteAsync(
        """
        insert into spans (trace_no, id, parent_id, name, type, status, started_ns, ended_ns, content, text)
        values (@No, @Id, @ParentId, @Name, @Type, @Status, @StartNs, @EndNs, @Content, @Text)
        on conflict (trace_no, id) do update
        set parent_id = excluded.parent_id, name = excluded.name, type = excluded.type, status = excluded.status,
            started_ns = excluded.started_ns, ended_ns = excluded.ended_ns, content = excluded.content,
            text = excluded.text
        """,
        new
        {
            No = traceNo,
            span.Id,
            span.ParentId,
            span.Name,
            Type = span.Attribute("mlflow.spanType"),
            span.Status,
            span.StartNs,
            span.EndNs,
            Content = span.Content.ToJsonString(),
            Text = span.Text(),
        },
        ct);

    public static Task<TraceRow?> FindAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        tx.FindAsync<TraceRow>(
            $"select {Columns} from traces t where t.workspace = @Workspace and t.id = @Id",
            new { Workspace = workspace.Value, Id = id },
            ct);

    public static async Task<TraceRow> GetAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        await FindAsync(tx, workspace, id, ct) ?? throw Unknown(id);

    public async Task<Trace?> FindAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        (await FindAsync(workspace, [id], ct)).SingleOrDefault();

    /// <summary>Those of the ids that exist, in their order.</summary>
    public async Task<IReadOnlyList<Trace>> FindAsync(WorkspaceName workspace, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var rows = await database.QueryAsync<TraceRow>(
            $"select {Columns} from traces t where t.workspace = @Workspace and {database.Dialect.AnyOf("t.id", "@Ids")}",
            new { Workspace = workspace.Value, Ids = ids.ToArray() },
            ct);
        var byId = (await ReadAsync(rows, ct)).ToDictionary(trace => trace.Row.Id);
        return [.. ids.Distinct(StringComparer.Ordinal).Where(byId.ContainsKey).Select(id => byId[id])];
    }

    /// <summary>The rows with what belongs to them.</summary>
    public async Task<IReadOnlyList<Trace>> ReadAsync(IReadOnlyList<TraceRow> rows, CancellationToken ct)
    {
        var traces = new List<Trace>(rows.Count);
        await using var connection = await database.OpenAsync(ct);
        foreach (var chunk in rows.Chunk(500))
        {
            var nos = new { Nos = chunk.Select(row => row.No).ToArray() };
            var tags = await TextsAsync(connection, "trace_tags", nos, ct);
            var metadata = await TextsAsync(connection, "trace_metadata", nos, ct);
            var assessments = (await connection.QueryAsync<TextRow>(new CommandDefinition(
                $"""
                select trace_no, id as key, content as value from assessments
                where {database.Dialect.AnyOf("trace_no", "@Nos")} order by created_at, id
                """,
                nos,
                cancellationToken: ct))).ToLookup(row => row.TraceNo, row => row.Value);
            traces.AddRange(chunk.Select(row => new Trace
            {
                Row = row,
                Tags = [.. tags[row.No]],
                Metadata = [.. metadata[row.No]],
                Assessments = [.. assessments[row.No]],
            }));
        }

        return traces;
    }

    /// <summary>The spans as JSON, in the order of their beginning.</summary>
    public Task<IReadOnlyList<string>> SpansAsync(long traceNo, CancellationToken ct) => database.QueryAsync<string>(
        "select content from spans where trace_no = @No order by started_ns, id", new { No = traceNo }, ct);

    public static async Task SetAsync(DbTransaction tx, string table, long traceNo, IReadOnlyList<KeyValue> pairs, CancellationToken ct)
    {
        foreach (var (key, value) in pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            await tx.ExecuteAsync(
                $"""
                insert into {table} (trace_no, key, value) values (@No, @Key, @Value)
                on conflict (trace_no, key) do update set value = excluded.value
                """,
                new { No = traceNo, Key = key, Value = value },
                ct);
        }
    }

    /// <summary>Deletes traces with all that belongs to them; the number of them.</summary>
    public static async Task<int> DeleteAsync(DbTransaction tx, Dialect dialect, IReadOnlyList<long> nos, CancellationToken ct)
    {
        var deleted = 0;
        foreach (var chunk in nos.Chunk(500))
        {
            await tx.ExecuteAsync(
                $"""
                delete from trace_runs where (workspace, trace_id) in
                    (select workspace, id from traces where {dialect.AnyOf("no", "@Nos")})
                """,
                new { Nos = chunk },
                ct);
            foreach (var table in new[] { "trace_tags", "trace_metadata", "trace_prompts", "spans", "assessments" })
                await tx.ExecuteAsync($"delete from {table} where {dialect.AnyOf("trace_no", "@Nos")}", new { Nos = chunk }, ct);
            deleted += await tx.ExecuteAsync($"delete from traces where {dialect.AnyOf("no", "@Nos")}", new { Nos = chunk }, ct);
        }

        return deleted;
    }

    public Task SetTagAsync(WorkspaceName workspace, string id, string key, string value, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var trace = await GetAsync(tx, workspace, id, token);
            await SetAsync(tx, "trace_tags", trace.No, [RunTags.Tag(key, value)], token);
        }, ct);

    public Task DeleteTagAsync(WorkspaceName workspace, string id, string key, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var trace = await GetAsync(tx, workspace, id, token);
            if (await tx.ExecuteAsync("delete from trace_tags where trace_no = @No and key = @Key", new { trace.No, Key = key }, token) == 0)
                throw new SlipwayException(ErrorCode.NotFound, $"No trace tag with key '{key}' for trace with ID '{id}'.");
        }, ct);

    public static SlipwayException Unknown(string id) => new(ErrorCode.NotFound, $"Trace with ID '{id}' not found.");

    private async Task<ILookup<long, KeyValue>> TextsAsync(DbConnection connection, string table, object nos, CancellationToken ct) =>
        (await connection.QueryAsync<TextRow>(new CommandDefinition(
            $"select trace_no, key, value from {table} where {database.Dialect.AnyOf("trace_no", "@Nos")} order by key",
            nos,
            cancellationToken: ct))).ToLookup(row => row.TraceNo, row => new KeyValue(row.Key, row.Value));

    private sealed record TextRow
    {
        public required long TraceNo { get; init; }

        public required string Key { get; init; }

        public required string Value { get; init; }
    }
}
