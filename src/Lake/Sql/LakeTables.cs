using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>A part of a table with the digest of all that it is made of.</summary>
internal sealed record TablePart(Digest Digest, LakeTable Table, bool IsColumnar);

/// <summary>Turns trees into table expressions, and hands out connections.</summary>
internal sealed partial class LakeTables(
    ContentStore content, DataVersionStore versions, IAccess access, LakeOptions options) : ILakeTables
{
    private static readonly string[] s_formats = [".parquet", ".csv", ".tsv", ".json", ".ndjson", ".jsonl"];

    public async Task<LakeTable> TableAsync(Digest tree, CancellationToken ct)
    {
        var (format, chosen) = await ChooseAsync(tree, ct);
        return await TableAsync(format, chosen, ct);
    }

    /// <summary>The parts of a table that can be read on their own: each Parquet file, or else the table as a whole.</summary>
    internal async Task<IReadOnlyList<TablePart>> PartsAsync(Digest tree, CancellationToken ct)
    {
        var (format, chosen) = await ChooseAsync(tree, ct);
        if (format != ".parquet")
            return [new TablePart(tree, await TableAsync(format, chosen, ct), IsColumnar: false)];
        var parts = new List<TablePart>(chosen.Count);
        foreach (var entry in chosen)
            parts.Add(new TablePart(entry.Digest, await TableAsync(format, [entry], ct), IsColumnar: true));
        return parts;
    }

    public async Task<LakeQuery> BindAsync(Caller caller, string sql, CancellationToken ct)
    {
        var text = new StringBuilder();
        var reads = new List<DataVersion>();
        var names = new Dictionary<string, string>();
        var files = new List<string>();
        var position = 0;
        foreach (Match match in Reference().Matches(sql))
        {
            var version = await FindAsync(caller, match.Groups["name"].Value, match.Groups["version"].Value, ct);
            var table = await TableAsync(version.Tree, ct);
            RefuseRaggedRows(table, ct);
            text.Append(sql, position, match.Index - position).Append(table.Expression);
            position = match.Index + match.Length;
            reads.Add(version);
            files.AddRange(table.Files);
            foreach (var (file, name) in table.Names)
                names[file] = $"{version.Node}/{name}";
        }

        text.Append(sql, position, sql.Length - position);
        return new LakeQuery(text.ToString(), reads, files) { Names = names };
    }

    private void RefuseRaggedRows(LakeTable table, CancellationToken ct)
    {
        if (!RaggedRows.MayHave(table))
            return;
        using var connection = ConnectSandboxed(table.Files, []);
        RaggedRows.Refuse(table, UnreadableTable.Explain(() => TableColumns.Read(connection, table.Expression, ct), table).Keys);
    }

    public DuckDbConnection Connect() => Open(memoryBytes: null);

    public DuckDbConnection ConnectSandboxed(
        IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders, int? memoryMegabytes = null)
    {
        var connection = Open(memoryMegabytes * 1024L * 1024);
        try
        {
            connection.Execute($"set allowed_paths = {List(files)}");
            connection.Execute($"set allowed_directories = {List([.. folders.Select(folder => folder.TrimEnd('/') + "/")])}");
            connection.Execute("set enable_external_access = false");
            connection.Execute("set lock_configuration = true");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static string Quote(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    internal static string List(IReadOnlyCollection<string> texts) => "[" + string.Join(", ", texts.Select(Quote)) + "]";

    private DuckDbConnection Open(long? memoryBytes)
    {
        Directory.CreateDirectory(options.TempFolder);
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings
        {
            Threads = options.Threads,
            MemoryLimitBytes = memoryBytes ?? options.MemoryLimitBytes,
            TempDirectory = options.TempFolder,
        });
        // The engine keeps the database alive as long as a connection to it is open.
        return database.Connect();
    }

    private async Task<(string Format, List<TreeEntry> Files)> ChooseAsync(Digest tree, CancellationToken ct)
    {
        var entries = (await content.GetTreeAsync(tree, ct)).Entries;
        var (format, chosen) = s_formats
            .Select(format => (format, entries.Where(entry => Has(entry.Path, format)).ToList()))
            .FirstOrDefault(pair => pair.Item2.Count > 0);
        if (format is null)
        {
            throw SlipwayException.Invalid(
                $"The {entries.Count} files of this version are no table: none ends in {string.Join(", ", s_formats)}.");
        }

        return (format, chosen);
    }

    private async Task<LakeTable> TableAsync(string format, List<TreeEntry> chosen, CancellationToken ct)
    {
        var names = new Dictionary<string, string>();
        var files = new List<string>(chosen.Count);
        foreach (var entry in chosen)
        {
            files.Add(await content.LocalFileAsync(entry.Digest, ct));
            names[files[^1]] = entry.Path;
        }

        return new LakeTable(Expression(format, chosen[0].Path, files), files) { Names = names };
    }

    private async Task<DataVersion> FindAsync(Caller caller, string name, string version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        var asset = AssetName.Parse(name);
        var wanted = version.Length == 0 ? null : version;
        var found = wanted is not null && wanted.Contains('T', StringComparison.Ordinal) && DateTimeOffset.TryParse(
                wanted, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? await versions.FindAsOfAsync(caller.Workspace, asset, time, ct)
            : await versions.FindAsync(caller.Workspace, asset, wanted, ct);
        return found ?? throw SlipwayException.NotFound("Data version", $"{name}@{(wanted ?? "latest")}");
    }

    private static bool Has(string path, string format) =>
        path.EndsWith(format, StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(format + ".gz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(format + ".zst", StringComparison.OrdinalIgnoreCase);

    // Blobs have no ending, so format and compression are said, not guessed.
    private static string Expression(string format, string path, List<string> files)
    {
        var compression = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip"
            : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? "zstd" : "none";
        return format switch
        {
            ".parquet" => $"read_parquet({List(files)}, union_by_name = true)",
            ".csv" or ".tsv" => $"read_csv({List(files)}, union_by_name = true, compression = '{compression}')",
            // Its name for no compression is another one.
            _ => $"read_json({List(files)}, union_by_name = true, compression = '{(compression == "none" ? "uncompressed" : compression)}')",
        };
    }

    // 'data:flights-raw@5', 'data:flights-raw'
    [GeneratedRegex("'data:(?<name>[^'@]+)(@(?<version>[^'@]+))?'")]
    private static partial Regex Reference();
}
