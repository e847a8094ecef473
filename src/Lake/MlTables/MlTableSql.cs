using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Sql;

namespace Slipway.Lake.MlTables;

/// <summary>Makes a table expression of an MLTable and the files of its version.</summary>
internal sealed class MlTableSql(ContentStore content)
{
    /// <param name="entries">The files of the version.</param>
    /// <param name="describe">Names and types of the columns of a table.</param>
    public async Task<LakeTable> TableAsync(
        MlTable table, IReadOnlyList<TreeEntry> entries, Func<LakeTable, IReadOnlyDictionary<string, string>> describe, CancellationToken ct)
    {
        var chosen = table.Paths.SelectMany(path => Find(path, entries)).ToList();
        var reading = table.Reading ?? Guess(chosen);
        var (files, names) = (new List<string>(chosen.Count), new Dictionary<string, string>());
        foreach (var entry in chosen)
        {
            files.Add(await content.LocalFileAsync(entry.Digest, ct));
            names[files[^1]] = entry.Path;
        }

        if (reading.HasOneHeader && files.Count > 1)
            throw SlipwayException.Invalid($"{MlTable.FileName}: header: from_first_file is read for one file only; here are {files.Count}. Give each file its header.");
        var compression = LakeFormats.Compression(chosen[0].Path);
        LakeTable Read(IReadOnlyList<string> some, IReadOnlyList<string> more) =>
            new(LakeFormats.Expression(reading.Format, compression, some, [.. reading.Options, .. more]), [.. some]) { Names = names };
        var columns = reading.Format == ".csv" ? Columns(reading, Read(files, []), describe) : new Dictionary<string, string>();
        IReadOnlyList<string> header = reading.HasNoHeader ? [$"names = {DuckDbSql.Literals(columns.Keys)}"] : [];
        var expression = reading.HasPathColumn || reading.Partitions is not null
            ? WithPaths(reading, chosen, files, file => Read([file], header).Expression)
            : Read(files, header).Expression;
        var texts = columns.Where(column => column.Value == "VARCHAR").Select(column => DuckDbSql.Identifier(column.Key)).ToList();
        if (reading.EmptyIsText && texts.Count > 0)
            expression = $"(select * replace ({string.Join(", ", texts.Select(text => $"coalesce({text}, '') as {text}"))}) from {expression})";
        return new LakeTable(table.Steps.Aggregate(expression, (from, step) => step(from)), files) { Names = names };
    }

    // The engine refuses rows of other lengths than the header, but does not always say which.
    private static Dictionary<string, string> Columns(
        FileReading reading, LakeTable rows, Func<LakeTable, IReadOnlyDictionary<string, string>> describe)
    {
        try
        {
            return describe(rows).Select((column, i) => KeyValuePair.Create(reading.HasNoHeader ? $"Column{i + 1}" : column.Key, column.Value))
                .ToDictionary();
        }
        catch (SlipwayException) when (reading.Delimiter is not null)
        {
            RaggedRows.Refuse(rows, reading.Delimiter.Value);
            throw;
        }
    }

    private static List<TreeEntry> Find(MlTablePath path, IReadOnlyList<TreeEntry> entries)
    {
        var found = entries.Where(entry => entry.Path != MlTable.FileName && path.Matches(entry.Path)).ToList();
        return found.Count > 0
            ? found
            : throw SlipwayException.Invalid($"{path.Place}: '{path.Text}' names no file of the version; it has {string.Join(", ", entries.Take(5).Select(entry => entry.Path))}{(entries.Count > 5 ? ", …" : "")}.");
    }

    private static FileReading Guess(List<TreeEntry> chosen) => new(
        LakeFormats.Of(chosen[0].Path)
            ?? throw SlipwayException.Invalid($"{MlTable.FileName}: no transformation says how '{chosen[0].Path}' is read: begin with read_delimited, read_parquet or read_json_lines."),
        []);

    private static string WithPaths(FileReading reading, List<TreeEntry> chosen, List<string> files, Func<string, string> read)
    {
        var parts = chosen.Zip(files, (entry, file) =>
        {
            string[] path = reading.HasPathColumn ? [$"{DuckDbSql.Literal(entry.Path)} as \"Path\""] : [];
            return $"select {string.Join(", ", [.. path, .. reading.Partitions?.Columns(entry.Path) ?? [], "*"])} from {read(file)}";
        });
        return $"({string.Join(" union all by name ", parts)})";
    }
}
