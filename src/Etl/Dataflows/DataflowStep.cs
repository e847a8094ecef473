using System.Globalization;
using Slipway.Etl.Columns;
using Slipway.Etl.Databases;
using Slipway.Etl.Sinks;
using Slipway.Etl.Sources;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>
/// <c>type: dataflow</c>: moves the rows of a source, or one window of them, into the next version of a data asset or into a table.
/// </summary>
internal sealed class DataflowStep(
    DataflowSources sources, IEnumerable<ITableDatabase> databases, ILakeTables tables, LandedAsset landed, TableSink tableSink, ColumnTrace trace,
    Watermark watermark, StepMetrics metrics)
    : IStepKind
{
    public const string Kind = "dataflow";

    private const string Output = "data";

    public string Name => Kind;

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("source", FieldType.Map, true, "type (parquet, csv, json, data, input, postgres, sqlite or http), and what finds it."),
        new("window", FieldType.Map, false, "column with start and every (the input 'window' or index chooses one), or column with from and to: times, or whole numbers (to may be absent, delay leaves out so many of the greatest)."),
        new("columns", FieldType.Map, false, "The columns that the source must have, with their SQL types."),
        new("drift", FieldType.Text, false, "What becomes of other columns than declared, or than last time: fail, evolve or quarantine."),
        new("dedup", FieldType.Map, false, "keys and order (keep: last or first): one row for each key. Empty: each row once."),
        new("point_in_time", FieldType.List, false, "Joins of features as they were known at the time of a row: features, keys, time, feature_time, lag, ttl."),
        new("transform", FieldType.Text, false, "SQL over the table source; its rows are landed instead."),
        new("query", FieldType.File, false, "A file with that SQL."),
        new("empty", FieldType.Text, false, "fail (when absent) or allow: whether a window may have no rows."),
        new("sink", FieldType.Map, true, "asset, zone, partition, partition_by and mode; or type, table, keys and mode of a database."),
    ];

    public int Revision => 2;

    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var window = await watermark.ResumeAsync(step, DataWindow.Of(step), ct);
        var sink = SinkSettings.Of(step, databases);
        var settings = await DataflowSettings.OfAsync(step.Settings, ct);
        var source = await sources.OpenAsync(step, window, settings.Columns, ct);
        var parts = await DataflowTables.OpenAsync(tables, step, settings, ct);
        var expected = settings.Columns.Count > 0 || settings.Drift is null ? settings.Columns : await landed.ColumnsAsync(step.Caller, sink, ct);
        using var rows = DataflowRows.Of(
            tables.ConnectSandboxed([.. source.Table.Files, .. parts.Files], [step.WorkFolder]), source, window, settings, parts, expected, ct);
        if (rows.Window is { Column: not null, From.IsNumber: true } numbers)
        {
            await watermark.KeepAsync(step, numbers, ct);
            if (numbers.To == numbers.From)
            {
                await step.Log.WriteLineAsync($"{source.Name}: no rows from {numbers.From.Text} on; nothing is landed.");
                return;
            }
        }

        var files = RowFiles.Write(rows.Connection, source, rows.Query, rows.Window, sink.PartitionBy, Path.Combine(step.WorkFolder, "rows"), ct);
        if (files.Rows == 0 && !settings.MayBeEmpty && rows.Changes.Count == 0)
            throw rows.Empty(ct);

        foreach (var change in rows.Changes)
            await step.Log.WriteLineAsync($"{source.Name}: {change}.");
        await WriteAsync(step, sink, rows, files, settings, ct);
    }

    private async Task WriteAsync(
        StepContext step, SinkSettings sink, DataflowRows rows, RowFiles files, DataflowSettings settings, CancellationToken ct)
    {
        var (node, total) = sink.Database is null
            ? await AssetAsync(step, sink, rows, files, ct)
            : (await tableSink.WriteAsync(step, sink, rows.Window, files.Files.Single().Value, settings.Drift == "evolve", ct), files.Rows);
        var (window, name) = (rows.Window, rows.Source.Name);
        await step.Log.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{name}: {files.Rows:N0} rows{(window is null ? "" : $" of {window}")} are in {node}."));
        step.Made("wrote", node, sink.Database is null && step.OutputFolders.ContainsKey(Output) ? Output : null);
        await trace.KeepAsync(step, rows, settings, node, ct);
        await metrics.LogAsync(
            step,
            [new("rows", files.Rows), new("total_rows", total)],
            new Dictionary<string, string> { ["version"] = node, ["window"] = window?.Label ?? "" },
            ct);
    }

    private async Task<(string Node, long Rows)> AssetAsync(
        StepContext step, SinkSettings sink, DataflowRows rows, RowFiles files, CancellationToken ct)
    {
        if (await landed.QuarantineAsync(step, sink, rows, ct) is var (aside, count))
        {
            step.Made("quarantined", aside.Node);
            await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows.Source.Name}: {count:N0} rows are set aside in {aside.Node}."));
            await metrics.LogAsync(step, [new("quarantined", count)], new Dictionary<string, string>(), ct);
        }

        var version = await landed.AddAsync(step, sink, rows, files, ct);
        if (sink.Appends || rows.Window is not null)
        {
            if (await landed.BeforeAsync(step.Caller, version, ct) is { } before)
                step.Read(before.Node);
        }

        return (version.Node, version.Rows ?? files.Rows);
    }
}
