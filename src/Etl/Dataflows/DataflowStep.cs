using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>
/// <c>type: dataflow</c>: moves the rows of a source, or one window of them, into the next version of a data asset.
/// </summary>
internal sealed class DataflowStep(DataflowSources sources, DataSink sink, ILakeTables tables, StepMetrics metrics) : IStepKind
{
    private const string Output = "data";

    public string Name => "dataflow";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("source", FieldType.Map, true, "type (parquet, csv, json or input), path of the file, or the name of the input."),
        new("window", FieldType.Map, false, "column with start and every (the input 'window' or index chooses one), or column with from and to."),
        new("columns", FieldType.Map, false, "The columns that the source must have, with their SQL types; the step fails on any difference."),
        new("transform", FieldType.Text, false, "SQL over the table source; its rows are landed instead."),
        new("sink", FieldType.Map, true, "asset, its zone (raw when absent), and the name of the partition (window when absent)."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var window = DataWindow.Of(step);
        var target = SettingMap.Require(step.Settings, "sink", "asset", "zone", "partition");
        var asset = AssetName.Parse(target.Require("asset", "the data asset"));
        var source = await sources.FindAsync(step, ct);
        var file = Path.Combine(step.WorkFolder, "part.parquet");
        var rows = Write(step, source, window, file, ct);
        var version = await sink.AddAsync(
            step.Caller,
            new SinkFile
            {
                Asset = asset,
                Zone = target.Text("zone") ?? "raw",
                TreePath = window is null ? "part.parquet" : $"{target.Text("partition") ?? "window"}={window.Label}/part.parquet",
                ReplacesAll = window is null,
                LocalFile = file,
                Tags = Tags(window, rows),
                IdempotencyKey = $"{step.StepId}/sink",
            },
            ct);

        await step.Log.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{source.Name}: {rows:N0} rows{(window is null ? "" : $" of {window}")} are in {version.Node}."));
        if (window is not null && await sink.BeforeAsync(step.Caller, version, ct) is { } before)
            step.Read(before.Node);
        step.Made("wrote", version.Node, step.OutputFolders.ContainsKey(Output) ? Output : null);
        await metrics.LogAsync(
            step,
            [new("rows", rows), new("total_rows", version.Rows ?? rows)],
            new Dictionary<string, string> { ["version"] = version.Node, ["window"] = window?.Label ?? "" },
            ct);
    }

    private long Write(StepContext step, DataflowSource source, DataWindow? window, string file, CancellationToken ct)
    {
        using var connection = tables.ConnectSandboxed(source.Table.Files, [step.WorkFolder]);
        DataflowSources.Check(connection, source, window, SettingMap.Texts(step.Settings, "columns"), ct);
        var where = window?.Column is null ? "" : $" where {window.Condition}";
        connection.Execute($"create temp view source as select * from {source.Table.Expression}{where}", ct);
        var query = step.Settings["transform"]?.ToString() is { Length: > 0 } transform ? SqlText.Single(transform) : "select * from source";
        var metadata = window is null ? "" : $", kv_metadata {{{Metadata(window)}}}";
        var rows = DataflowSources.Reading(source, () => connection.Execute(
            $"copy (\n{query}\n) to {DuckDbSql.Literal(file)} (format parquet, compression zstd{metadata})", ct));
        return rows > 0 ? rows : throw Empty(connection, source, window, ct);
    }

    private static SlipwayException Empty(
        DuckDbConnection connection, DataflowSource source, DataWindow? window, CancellationToken ct)
    {
        if (window?.Column is not { } column)
            return SlipwayException.Invalid($"The source {source.Name} has no rows; nothing was landed.");

        var name = DuckDbSql.Identifier(column);
        using var range = connection.Query(
            $"select min({name})::varchar, max({name})::varchar from {source.Table.Expression}", ct);
        var row = range.Rows().Single();
        return SlipwayException.Invalid(row[0] is null
            ? $"The source {source.Name} has no rows; nothing was landed."
            : $"The source {source.Name} has no rows in {window}; it has rows from {row[0]} to {row[1]}. Nothing was landed.");
    }

    private static string Metadata(DataWindow window)
    {
        var label = $"{DataWindow.LabelKey}: {DuckDbSql.Literal(window.Label)}";
        return window.Column is null ? label : $"{label}, {DataWindow.EndKey}: {DuckDbSql.Literal(DataWindow.Text(window.To))}";
    }

    private static Dictionary<string, string> Tags(DataWindow? window, long rows)
    {
        var tags = new Dictionary<string, string> { ["rows"] = rows.ToString(CultureInfo.InvariantCulture) };
        if (window is null)
            return tags;
        tags["window"] = window.Label;
        if (window.Column is not null)
            (tags["window_from"], tags["window_to"]) = (DataWindow.Text(window.From), DataWindow.Text(window.To));
        return tags;
    }
}
