using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>Where the rows of a dataflow come from.</summary>
/// <param name="Name">For messages: the path, or "input 'features'".</param>
internal sealed record DataflowSource(string Name, string Type, LakeTable Table);

/// <summary>Finds the source that a dataflow names, and checks it before anything is written.</summary>
internal sealed class DataflowSources(ILakeTables tables, IDatastores datastores)
{
    private static readonly string[] s_types = ["parquet", "csv", "json", "input"];

    public async Task<DataflowSource> FindAsync(StepContext step, CancellationToken ct)
    {
        var map = SettingMap.Require(step.Settings, "source", "type", "path", "input");
        var type = map.Require("type", $"one of {string.Join(", ", s_types)}");
        if (!s_types.Contains(type))
            throw SlipwayException.Invalid($"'{type}' is no type of source.{Nearest.Hint(type, s_types)} Known: {string.Join(", ", s_types)}.");
        if (type == "input")
        {
            var input = map.Text("input") ?? "data";
            return new DataflowSource($"input '{input}'", type, await tables.TableAsync(step.RequireTree(input), ct));
        }

        var path = map.Require("path", "the file");
        if (path.StartsWith("azureml:", StringComparison.Ordinal))
        {
            var data = await datastores.ImportAsync(step.Caller, DataUri.Parse(path), ct);
            step.Read($"tree:{data.Tree.Digest}");
            return new DataflowSource(path, type, await tables.TableAsync(data.Tree.Digest, ct));
        }

        if (!Path.IsPathFullyQualified(path))
            throw SlipwayException.Invalid($"source.path is '{path}'; a server has no current folder, so write the whole path.");
        await datastores.DemandLocalFileAsync(step.Caller, path, ct);
        if (!File.Exists(path))
            throw new SlipwayException(ErrorCode.NotFound, $"The source file '{path}' does not exist on the machine that runs the step.");

        // A bare '@' would begin a version in the lineage.
        step.Read($"file:{path.Replace("@", "%40", StringComparison.Ordinal)}");
        return new DataflowSource(path, type, new LakeTable(Expression(type, path), [path]));
    }

    /// <summary>Refuses a source that cannot be read, has other columns than declared, or rows without a time.</summary>
    public static void Check(
        DuckDbConnection connection, DataflowSource source, DataWindow? window,
        IReadOnlyDictionary<string, string> declared, CancellationToken ct)
    {
        var columns = Reading(source, () => TableColumns.Read(connection, source.Table.Expression, ct));
        if (declared.Count > 0)
        {
            var differences = TableColumns.Differences(connection, columns, declared, ct);
            if (differences.Count > 0)
            {
                throw SlipwayException.Invalid(
                    $"The source {source.Name} has other columns than declared: {string.Join(", ", differences)}. "
                    + "Nothing was landed; correct the source, or the dataflow's columns.");
            }
        }

        if (window?.Column is not { } column)
            return;
        if (!columns.ContainsKey(column))
        {
            throw SlipwayException.Invalid(
                $"The source {source.Name} has no column '{column}' for the window.{Nearest.Hint(column, columns.Keys)}");
        }

        var timeless = Reading(source, () => connection.QueryScalar<long>(
            $"select count(*) from {source.Table.Expression} where {DuckDbSql.Identifier(column)} is null", ct));
        if (timeless > 0)
            throw SlipwayException.Invalid($"{timeless:N0} rows of the source {source.Name} have no '{column}' and so belong to no window.");
    }

    /// <summary>The engine's complaint about a file, with the file's name.</summary>
    public static T Reading<T>(DataflowSource source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw new SlipwayException(
                ErrorCode.EngineFailed, $"The source {source.Name} cannot be read ({source.Type}): {exception.Message}", exception);
        }
    }

    private static string Expression(string type, string path) => type switch
    {
        "parquet" => $"read_parquet({DuckDbSql.Literal(path)})",
        "csv" => $"read_csv({DuckDbSql.Literal(path)})",
        _ => $"read_json({DuckDbSql.Literal(path)})",
    };
}
