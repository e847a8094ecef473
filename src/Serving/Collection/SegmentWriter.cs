using System.Globalization;
using Slipway.Data;
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
        var blob = await WriteFileAsync(rows, ct);
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

    private Task<Blob> WriteFileAsync(SegmentRows rows, CancellationToken ct)
    {
        var name = DuckDbSql.Literal(rows.Owner.Deployment.Name);
        var version = rows.Owner.Deployment.ModelVersion.ToString(CultureInfo.InvariantCulture);
        var own = new OwnColumns(rows.Requests);

        // A text of an enumeration lies in the file as any text, but is not looked for among its likes in each row.
        return files.WriteAsync(
            [.. s_own, .. rows.Columns.Select(column => (column.Name, column.Type))],
            $", {name}::enum({name}) as deployment, {version}::integer as model_version",
            rows.Rows,
            (chunk, start, count) =>
            {
                own.Fill(chunk, start, count);
                for (var i = 0; i < rows.Columns.Count; i++)
                    rows.Columns[i].Fill(chunk, s_own.Length + i, start, count);
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
            labels.Count,
            labels.Fill,
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

    /// <summary>Spreads what is known of each request over its rows.</summary>
    private sealed class OwnColumns(IReadOnlyList<CollectedRequest> requests)
    {
        private readonly string?[] _ids = new string?[DuckDbDataChunk.Capacity];
        private readonly int[] _rows = new int[DuckDbDataChunk.Capacity];
        private readonly long[] _times = new long[DuckDbDataChunk.Capacity];
        private readonly long[] _sequences = new long[DuckDbDataChunk.Capacity];
        private int _request;
        private int _row;

        public void Fill(DuckDbDataChunk chunk, int start, int count)
        {
            if (start == 0)
                (_request, _row) = (0, 0);
            for (var at = 0; at < count;)
            {
                var request = requests[_request];
                var rows = Math.Min(request.Rows - _row, count - at);
                _ids.AsSpan(at, rows).Fill(request.Id);
                for (var i = 0; i < rows; i++)
                    _rows[at + i] = _row + i;
                _times.AsSpan(at, rows).Fill(request.EventMicros);
                _sequences.AsSpan(at, rows).Fill(request.Sequence);
                (at, _row) = (at + rows, _row + rows);
                if (_row == request.Rows)
                    (_request, _row) = (_request + 1, 0);
            }

            chunk.Set(0, _ids.AsSpan(0, count));
            chunk.Set<int>(1, _rows.AsSpan(0, count));
            chunk.Set<long>(2, _times.AsSpan(0, count));
            chunk.Set<long>(3, _sequences.AsSpan(0, count));
        }
    }
}
