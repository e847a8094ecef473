using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>
/// <c>parquet</c>, <c>csv</c>, <c>json</c>: a file or pattern in a datastore, a file on the web, or one on the machine that runs
/// the step. JSON may be lines or an array; text may be packed by gzip or zstd.
/// </summary>
internal sealed class FileSource(string name, IDatastores datastores, ILakeTables tables, ContentStore content) : ISourceKind
{
    public string Name => name;

    public string[] Fields { get; } = name == "csv" ? ["path", "delimiter", "header", "encoding", "null"] : ["path"];

    public async Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct)
    {
        var path = request.Map.Require("path", "the file, such as azureml://datastores/NAME/paths/2001/*.csv");
        var (names, node) = path.Contains("://", StringComparison.Ordinal)
            ? await ImportAsync(request, path, ct)
            : await LocalAsync(request, path, ct);
        var format = FileFormat.Of(name, request.Map);
        var table = new LakeTable(format.Expression(names), [.. names.Keys]) { Names = names };
        var source = new DataflowSource(path, name, table, node);
        if (name != "csv")
            return source;

        var columns = Columns(source, format.Delimiter, ct);
        format = format with { Types = request.Declared.Where(type => type.Value != "any" && columns.ContainsKey(type.Key)).ToDictionary() };
        return source with { Table = table with { Expression = format.Expression(names) } };
    }

    private IReadOnlyDictionary<string, string> Columns(DataflowSource source, string? delimiter, CancellationToken ct)
    {
        using var connection = tables.ConnectSandboxed(source.Table.Files, []);
        try
        {
            var columns = DataflowSources.Reading(source, () => TableColumns.Read(connection, source.Table.Expression, ct));
            RaggedRows.Refuse(source.Table, columns.Keys);
            return columns;
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed && delimiter is [var only])
        {
            // Of ragged rows the engine says that it finds no dialect, where the delimiter was said.
            RaggedRows.Refuse(source.Table, only);
            throw;
        }
    }

    private async Task<(Dictionary<string, string> Names, string Node)> ImportAsync(SourceRequest request, string path, CancellationToken ct)
    {
        var data = await datastores.ImportAsync(request.Step.Caller, DataUri.Parse(path), ct);
        var node = $"tree:{data.Tree.Digest}";
        request.Step.Read(node);
        var names = new Dictionary<string, string>();
        foreach (var entry in data.Tree.Entries)
            names[await content.LocalFileAsync(entry.Digest, ct)] = entry.Path;
        return (names, node);
    }

    private async Task<(Dictionary<string, string> Names, string Node)> LocalAsync(SourceRequest request, string path, CancellationToken ct)
    {
        if (!Path.IsPathFullyQualified(path))
            throw SlipwayException.Invalid($"source.path is '{path}'; a server has no current folder, so write the whole path.");
        await datastores.DemandLocalFileAsync(request.Step.Caller, path, ct);
        if (!File.Exists(path))
            throw new SlipwayException(ErrorCode.NotFound, $"The source file '{path}' does not exist on the machine that runs the step.");

        // A bare '@' would begin a version in the lineage.
        var node = $"file:{path.Replace("@", "%40", StringComparison.Ordinal)}";
        request.Step.Read(node);
        return (new Dictionary<string, string> { [path] = path }, node);
    }
}
