using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Serving.Collection;

/// <summary>Writes rows as segments and lists them in the database.</summary>
internal sealed class SegmentWriter(SegmentFiles files, SegmentStore segments, TimeProvider time)
{
    // In front of the columns of the model. The id of a row is kept in two parts: a request has many rows, so the
    // first part compresses to almost nothing, and Parquet can skip what does not hold it.
    private static readonly (string Name, DuckDbTypeId Type)[] s_own =
    [
        ("request_id", DuckDbTypeId.Varchar),
        ("row", DuckDbTypeId.Integer),
        ("event_time", DuckDbTypeId.TimestampTz),
        ("sequence", DuckDbTypeId.BigInt),
    ];

    public async Task WriteAsync(SegmentRows rows, CancellationToken ct)
    {
        var deployment = rows.Owner.Deployment;
        var version = deployment.ModelVersion.ToString(CultureInfo.InvariantCulture);
        var blob = await files.WriteAsync(
            [.. s_own, .. rows.Columns.Select(column => (column.Name, column.Type))],
            $", {DuckDbSql.Literal(deployment.Name)} as deployment, {version}::integer as model_version",
            appender => Append(appender, rows),
            ct);
        var now = time.UtcNow();
        await segments.AddAnswersAsync(
            new Segment
            {
                Workspace = rows.Owner.Workspace.Value,
                Endpoint = deployment.Endpoint,
                Deployment = deployment.Name,
                Model = deployment.Model,
                ModelVersion = deployment.ModelVersion,
                Mirrored = rows.Owner.IsMirrored,
                Digest = blob.Digest,
                Rows = rows.Rows,
                SampledOut = rows.LeftOut.Sampled,
                OptedOut = rows.LeftOut.Opted,
                Masked = rows.Owner.Rule.Masked,
                SizeBytes = blob.Size,
                // Where all was left out, there are no rows: it happened until now.
                MinEventTime = rows.Requests.Select(request => request.EventMicros / 1000).DefaultIfEmpty(now).Min(),
                MaxEventTime = rows.Requests.Select(request => request.EventMicros / 1000).DefaultIfEmpty(now).Max(),
                MinRequest = rows.Requests.Select(request => request.Id).Min(StringComparer.Ordinal) ?? "",
                MaxRequest = rows.Requests.Select(request => request.Id).Max(StringComparer.Ordinal) ?? "",
            },
            ct);
    }

    public async Task WriteAsync(Caller caller, string endpoint, Labels labels, CancellationToken ct)
    {
        var blob = await files.WriteAsync(
            [
                ("request_id", DuckDbTypeId.Varchar),
                ("row", DuckDbTypeId.Integer),
                ("label", DuckDbTypeId.Double),
                ("label_time", DuckDbTypeId.TimestampTz),
                ("sequence", DuckDbTypeId.BigInt),
            ],
            "",
            labels.Append,
            ct);
        await segments.AddLabelsAsync(
            new Segment
            {
                Workspace = caller.Workspace.Value,
                Endpoint = endpoint,
                Digest = blob.Digest,
                Rows = labels.Count,
                SizeBytes = blob.Size,
                MinRequest = labels.LeastRequest,
                MaxRequest = labels.GreatestRequest,
            },
            ct);
    }

    private static void Append(DuckDbAppender appender, SegmentRows rows)
    {
        using var chunk = new DuckDbDataChunk(
            [.. s_own.Select(column => column.Type), .. rows.Columns.Select(column => column.Type)]);
        var own = new OwnColumns(rows.Requests);
        for (var start = 0; start < rows.Rows; start += DuckDbDataChunk.Capacity)
        {
            var count = Math.Min(DuckDbDataChunk.Capacity, rows.Rows - start);
            chunk.Reset();
            own.Fill(chunk, count);
            for (var i = 0; i < rows.Columns.Count; i++)
                rows.Columns[i].Fill(chunk, s_own.Length + i, start, count);
            appender.Append(chunk);
        }
    }

    /// <summary>Spreads what is known of each request over its rows.</summary>
    private sealed class OwnColumns(IReadOnlyList<CollectedRequest> requests)
    {
        private readonly string?[] _ids = new string?[DuckDbDataChunk.Capacity];
        private readonly int[] _rows = new int[DuckDbDataChunk.Capacity];
        private readonly long[] _times = new long[DuckDbDataChunk.Capacity];
        private readonly long[] _sequences = new long[DuckDbDataChunk.Capacity];
        private int _request;
        private int _row;

        public void Fill(DuckDbDataChunk chunk, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var request = requests[_request];
                (_ids[i], _rows[i], _times[i], _sequences[i]) = (request.Id, _row, request.EventMicros, request.Sequence);
                if (++_row < request.Rows)
                    continue;
                _row = 0;
                _request++;
            }

            chunk.Set(0, _ids.AsSpan(0, count));
            chunk.Set<int>(1, _rows.AsSpan(0, count));
            chunk.Set<long>(2, _times.AsSpan(0, count));
            chunk.Set<long>(3, _sequences.AsSpan(0, count));
        }
    }
}
