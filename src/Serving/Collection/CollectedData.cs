using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Collection;

/// <summary>Collected answers and labels as queries over their segments.</summary>
internal sealed class CollectedData(
    Collector collector,
    SegmentStore segments,
    SegmentWriter writer,
    SequenceClock sequence,
    ContentStore content,
    EndpointStore endpoints,
    IAccess access,
    ServingOptions options,
    TimeProvider time) : ICollectedData
{
    public async Task<string?> QueryAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        (await ReadAsync(caller, endpoint, window, ct))?.Sql;

    /// <summary>The same query as a table, with the files that it reads.</summary>
    internal async Task<LakeTable?> TableAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        await ReadAsync(caller, endpoint, window, ct) is var (sql, files) ? new LakeTable($"({sql})", files) : null;

    private async Task<(string Sql, IReadOnlyList<string> Files)?> ReadAsync(
        Caller caller, string endpoint, TimeWindow window, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        await collector.FlushAsync(ct);
        var answers = (await segments.ListAnswersAsync(caller.Workspace, endpoint, window.From, window.To, ct)).Where(segment => segment.Rows > 0).ToList();
        if (answers.Count == 0)
            return null;

        var least = answers.Select(segment => segment.MinRequest).Min(StringComparer.Ordinal)!;
        var greatest = answers.Select(segment => segment.MaxRequest).Max(StringComparer.Ordinal)!;
        var labels = (await segments.ListLabelsAsync(caller.Workspace, endpoint, ct))
            .Where(segment => segment.MayHoldAnyOf(least, greatest))
            .ToList();
        var files = await FilesAsync([.. answers, .. labels], ct);
        var sql = $"""
            select a.request_id || '.' || a.row as prediction_id, a.* exclude (request_id, row, sequence), l.label, l.label_time
            from (
                select * from {Table(files[..answers.Count])}
                where event_time >= {Literal(window.From)} and event_time < {Literal(window.To)}
                qualify row_number() over (partition by request_id, row order by sequence) = 1) a
            left join ({LabelsQuery(files[answers.Count..])}) l on a.request_id = l.request_id and a.row = l.row
            """;
        return (sql, files);
    }

    public async Task<IReadOnlyList<CollectedCounts>> CountAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        await collector.FlushAsync(ct);
        var kept = await segments.ListAnswersAsync(caller.Workspace, endpoint, window.From, window.To, ct);
        if (kept.Count == 0 && await endpoints.FindAsync(caller.Workspace, endpoint, ct) is null)
            throw SlipwayException.NotFound("Endpoint", endpoint);
        return
        [
            .. kept.GroupBy(segment => (segment.Deployment, segment.ModelVersion)).Select(group => new CollectedCounts(
                group.Key.Deployment!,
                group.Key.ModelVersion!.Value,
                group.Sum(segment => segment.Rows),
                group.Sum(segment => segment.SampledOut),
                group.Sum(segment => segment.OptedOut),
                [.. group.SelectMany(segment => segment.Masked.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct().Order(StringComparer.Ordinal)])),
        ];
    }

    public Task FlushAsync(CancellationToken ct) => collector.FlushAsync(ct);

    public async Task<long> AddLabelsAsync(
        Caller caller, string endpoint, IReadOnlyList<string> predictionIds, IReadOnlyList<double> labels, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        _ = await endpoints.FindAsync(caller.Workspace, endpoint, ct)
            ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        if (predictionIds.Count > options.MaxLabels)
        {
            throw new SlipwayException(
                ErrorCode.TooLarge, $"{predictionIds.Count} labels are more than {options.MaxLabels}; send them in parts.");
        }

        var rows = new Labels(predictionIds, labels, time.GetUtcNow(), sequence.Next(Math.Max(1, predictionIds.Count)));
        if (rows.Count > 0)
            await writer.WriteAsync(caller, endpoint, rows, ct);
        return rows.Count;
    }

    internal async Task<string> TableAsync(IEnumerable<Segment> chosen, CancellationToken ct) =>
        Table(await FilesAsync([.. chosen], ct));

    internal static string Literal(DateTimeOffset time) =>
        $"timestamptz '{time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'";

    /// <summary>A query over all labels of an endpoint.</summary>
    internal async Task<string> LabelsAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) =>
        LabelsQuery(await FilesAsync(await segments.ListLabelsAsync(workspace, endpoint, ct), ct));

    /// <summary>All labels of an endpoint as they came, and all answers that are kept, as tables; null without labels.</summary>
    internal async Task<(string? Labels, string Answers)> FeedbackAsync(WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        await collector.FlushAsync(ct);
        var labels = await FilesAsync(await segments.ListLabelsAsync(workspace, endpoint, ct), ct);
        var answers = await FilesAsync(await segments.ListNewestAnswersAsync(workspace, endpoint, ct), ct);
        return (
            labels.Length == 0 ? null : Table(labels),
            answers.Length == 0 ? "(select ''::varchar as request_id, -1 as row where false)" : Table(answers));
    }

    private async Task<string[]> FilesAsync(IReadOnlyList<Segment> chosen, CancellationToken ct)
    {
        var files = new string[chosen.Count];
        for (var i = 0; i < files.Length; i++)
            files[i] = await content.LocalFileAsync(chosen[i].Digest, ct);
        return files;
    }

    private static string Table(string[] files) => $"read_parquet({DuckDbSql.Literals(files)}, union_by_name = true)";

    private static string LabelsQuery(string[] files) => files.Length == 0
        ? "select ''::varchar as request_id, -1 as row, null::double as label, null::timestamptz as label_time where false"
        : $"""
           select request_id, row, arg_max(label, sequence) as label, max(label_time) as label_time
           from {Table(files)} group by request_id, row
           """;
}
