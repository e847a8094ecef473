using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Connections;
using Slipway.Etl.Contracts;
using Slipway.Etl.Sources;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Imports;

/// <summary>
/// <c>type: import_data</c>: brings the rows of a query, or files of a store, through a connection into the output <c>data</c>, which the
/// job registers as the next version of the asset.
/// </summary>
internal sealed class ImportStep(
    OpenConnection connections, IEnumerable<ISourceKind> sources, IDatastores datastores, ILakeTables tables) : IStepKind
{
    public const string Kind = "import_data";

    private const string Output = "data";
    private const string Table = "type: mltable\npaths:\n  - file: ./data.parquet\ntransformations:\n  - read_parquet\n";

    private static readonly string[] s_fields = ["type", "connection", "query", "path", "stored_procedure", "stored_procedure_params"];

    public string Name => Kind;

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("source", FieldType.Map, true, "type (database or file_system), connection (azureml:NAME), and query or path."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var source = SettingMap.Require(step.Settings, "source", s_fields);
        var folder = step.OutputFolders.GetValueOrDefault(Output)
            ?? throw SlipwayException.Invalid($"The step has no output '{Output}'; declare it under outputs.");
        var connection = await connections.FindAsync(step.Caller, source.Require("connection", "azureml:NAME"), ct);
        step.Read(connection.Node);
        if (source.Choice("type", "database", "file_system") == "database")
            await RowsAsync(step, connection, QueryOf(source), folder, ct);
        else
            await FilesAsync(step, connection, source.Require("path", "the file or folder there"), ct);
    }

    /// <summary>Refuses what could never be imported, before a job is made of it.</summary>
    public async Task CheckAsync(Caller caller, JsonObject import, CancellationToken ct)
    {
        var source = SettingMap.Require(import, "source", s_fields);
        var connection = await connections.FindAsync(caller, source.Require("connection", "azureml:NAME"), ct);
        if (source.Choice("type", "database", "file_system") == "file_system")
        {
            OpenConnection.DemandStore(connection);
            return;
        }

        QueryOf(source);
        OpenConnection.DatabaseOf(connection);
    }

    private static string QueryOf(SettingMap source) => source.Text("stored_procedure") is null
        ? source.Require("query", "the select whose rows are imported")
        : throw ImportFile.NoProcedures();

    private async Task RowsAsync(StepContext step, Connection connection, string query, string folder, CancellationToken ct)
    {
        var type = OpenConnection.DatabaseOf(connection);
        var found = type == "sqlite"
            ? new JsonObject { ["path"] = connection.Target(), ["query"] = query }
            : new JsonObject { ["connection"] = $"azureml:{connection.Name}", ["query"] = query };
        var reader = sources.Single(kind => kind.Name == type);
        var map = SettingMap.Require(new JsonObject { ["source"] = found }, "source", reader.Fields);
        var read = await reader.OpenAsync(new SourceRequest(step, map, null, new Dictionary<string, string>()), ct);
        var file = Path.Combine(folder, "data.parquet");
        File.Move(read.Table.Files.Single(), file);
        await File.WriteAllTextAsync(Path.Combine(folder, "MLTable"), Table, ct);
        using var engine = tables.Connect();
        var rows = engine.QueryScalar<long>($"select sum(num_rows)::bigint from parquet_file_metadata({DuckDbSql.Literal(file)})", ct);
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows of {connection.Node}."));
    }

    private async Task FilesAsync(StepContext step, Connection connection, string path, CancellationToken ct)
    {
        var store = await connections.StoreAsync(connection, ct);
        var data = await datastores.ImportAsync(store, path.Trim('/'), ct);
        step.Keep(Output, data.Tree.Digest);
        await step.Log.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{data.Tree.Entries.Count:N0} files ({data.Tree.TotalSize:N0} bytes) of {connection.Node}."));
    }
}
