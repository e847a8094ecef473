using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Serving.Batch.Scoring;

/// <summary>Some files, or some rows of a large one: what is scored, kept and counted at once.</summary>
internal sealed record MiniBatch(int Index, IReadOnlyList<TableFile> Files)
{
    // A file of many rows must not begin anew after a crash, nor keep one core busy while others idle.
    private const long RowsOfPart = 500_000;

    /// <summary>The files below a path in the order of their names; the same at every start.</summary>
    public static IReadOnlyList<MiniBatch> Split(string path, int size, DuckDbConnection connection, CancellationToken ct)
    {
        var files = TableFile.Below(path);
        if (files.Count == 0)
            throw SlipwayException.Invalid("The input has no files that could be scored.");
        var batches = new List<MiniBatch>();
        var some = new List<TableFile>();
        foreach (var file in files)
        {
            var rows = file.CountRows(connection, ct);
            if (rows <= RowsOfPart)
            {
                some.Add(file);
                if (some.Count == size)
                    Take();
                continue;
            }

            Take();
            for (var from = 0L; from < rows; from += RowsOfPart)
                batches.Add(new MiniBatch(batches.Count, [file with { From = from, To = Math.Min(rows, from + RowsOfPart) }]));
        }

        Take();
        return batches;

        void Take()
        {
            if (some.Count == 0)
                return;
            batches.Add(new MiniBatch(batches.Count, [.. some]));
            some.Clear();
        }
    }
}

/// <summary>A file of rows.</summary>
/// <param name="Name">Its path from the input's folder.</param>
/// <param name="From">The first row that is read.</param>
/// <param name="To">The row before which it ends; null: all.</param>
internal sealed record TableFile(string Path, string Name, long From, long? To)
{
    private bool IsParquet => Path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    /// <summary>A query of all columns.</summary>
    public string Query => To is { } end
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"select * exclude (file_row_number) from read_parquet({DuckDbSql.Literal(Path)}, file_row_number = true) where file_row_number >= {From} and file_row_number < {end}")
        : $"select * from {Reader}";

    private string Reader
    {
        get
        {
            var name = Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? Path[..^3] : Path;
            var reader = System.IO.Path.GetExtension(name).ToLowerInvariant() switch
            {
                ".parquet" => "read_parquet",
                ".csv" or ".tsv" => "read_csv",
                ".json" or ".jsonl" or ".ndjson" => "read_json",
                _ => throw SlipwayException.Invalid($"'{Name}' is no table; Parquet, CSV and JSON files are scored."),
            };
            return $"{reader}({DuckDbSql.Literal(Path)})";
        }
    }

    public static IReadOnlyList<TableFile> Below(string path)
    {
        if (File.Exists(path))
            return [new TableFile(path, System.IO.Path.GetFileName(path), 0, null)];

        // Those that begin so are marks of the programs that wrote the folder: _SUCCESS, .crc.
        return
        [
            .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => System.IO.Path.GetFileName(file) is not "MLTable" and [not ('_' or '.'), ..])
                .Select(file => new TableFile(file, System.IO.Path.GetRelativePath(path, file), 0, null))
                .OrderBy(file => file.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>0 where it is not known without reading it; what cannot be read fails when it is scored.</summary>
    public long CountRows(DuckDbConnection connection, CancellationToken ct)
    {
        if (!IsParquet)
            return 0;
        try
        {
            return connection.QueryScalar<long>($"select num_rows from parquet_file_metadata({DuckDbSql.Literal(Path)})", ct);
        }
        catch (SlipwayException unreadable) when (unreadable.Code == ErrorCode.EngineFailed)
        {
            return 0;
        }
    }
}
