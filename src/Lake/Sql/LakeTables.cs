using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Lake.MlTables;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>A part of a table with the digest of all that it is made of.</summary>
internal sealed record TablePart(Digest Digest, LakeTable Table, bool IsColumnar);

/// <summary>Turns trees into table expressions, and hands out connections.</summary>
internal sealed partial class LakeTables(
    ContentStore content, DataVersionStore versions, IAccess access, LakeOptions options) : ILakeTables
{
    private readonly MlTableSql _mlTables = new(content);

    public async Task<LakeTable> TableAsync(Digest tree, CancellationToken ct)
    {
        var found = await content.GetTreeAsync(tree, ct);
        if (found.Find(MlTable.FileName) is { } definition)
            return await MlTableAsync(found, definition, ct);
        var (format, chosen) = Choose(found);
        return await TableAsync(format, chosen, ct);
    }

    /// <summary>The parts of a table that can be read on their own: each Parquet file, or else the table as a whole.</summary>
    internal async Task<IReadOnlyList<TablePart>> PartsAsync(Digest tree, CancellationToken ct)
    {
        var found = await content.GetTreeAsync(tree, ct);
        if (found.Find(MlTable.FileName) is not null)
            return [new TablePart(tree, await TableAsync(tree, ct), IsColumnar: false)];
        var (format, chosen) = Choose(found);
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
            // As a query of its own it has no columns such as filename, and summarize and pivot take it.
            text.Append(sql, position, match.Index - position).Append("(select * from ").Append(table.Expression).Append(')');
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
        RaggedRows.Refuse(table, Describe(table, ct).Keys);
    }

    public DuckDbConnection Connect(int? threads = null) => Open(memoryBytes: null, threads);

    public DuckDbConnection ConnectSandboxed(
        IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders, int? memoryMegabytes = null)
    {
        var connection = Open(memoryMegabytes * 1024L * 1024);
        try
        {
            connection.Execute($"set allowed_paths = {DuckDbSql.Literals(files)}");
            connection.Execute($"set allowed_directories = {DuckDbSql.Literals(folders.Select(folder => folder.TrimEnd('/') + "/"))}");
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

    private DuckDbConnection Open(long? memoryBytes, int? threads = null)
    {
        Directory.CreateDirectory(options.TempFolder);
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings
        {
            Threads = threads ?? options.Threads,
            MemoryLimitBytes = memoryBytes ?? options.MemoryLimitBytes,
            // One of its own: SQL may read what lies there. The engine makes and deletes it.
            TempDirectory = Path.Combine(options.TempFolder, $"spill-{Path.GetRandomFileName()}"),
        });
        // The engine keeps the database alive as long as a connection to it is open.
        return database.Connect();
    }

    private static (string Format, List<TreeEntry> Files) Choose(Tree tree)
    {
        foreach (var format in LakeFormats.All)
        {
            if (tree.Entries.Where(entry => LakeFormats.Has(entry.Path, format)).ToList() is { Count: > 0 } chosen)
                return (format, chosen);
        }

        throw SlipwayException.Invalid(
            $"The {tree.Entries.Count} files of this version are no table: none ends in {string.Join(", ", LakeFormats.All)}.");
    }

    private async Task<LakeTable> MlTableAsync(Tree tree, TreeEntry definition, CancellationToken ct)
    {
        var table = MlTableReader.Read(Encoding.UTF8.GetString(await content.ReadAllAsync(definition.Digest, ct)));
        return await _mlTables.TableAsync(table, tree.Entries, rows => Describe(rows, ct), ct);
    }

    private IReadOnlyDictionary<string, string> Describe(LakeTable table, CancellationToken ct)
    {
        using var connection = ConnectSandboxed(table.Files, []);
        return UnreadableTable.Explain(() => TableColumns.Read(connection, table.Expression, ct), table);
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

        return new LakeTable(LakeFormats.Expression(format, LakeFormats.Compression(chosen[0].Path), files, []), files) { Names = names };
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

    // 'data:flights-raw@5', 'data:flights-raw'
    [GeneratedRegex("'data:(?<name>[^'@]+)(@(?<version>[^'@]+))?'")]
    private static partial Regex Reference();
}
