using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>A tree of files as a table of DuckDB.</summary>
/// <param name="Expression">To be put into a FROM clause: <c>read_parquet(['/…', '/…'])</c>. The files are immutable.</param>
/// <param name="Files">The local files that it reads; a sandboxed connection must be allowed them.</param>
public sealed record LakeTable(string Expression, IReadOnlyList<string> Files)
{
    /// <summary>The name that each of the files has in its tree, for messages.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();
}

/// <summary>A query whose references to data versions are bound.</summary>
/// <param name="Sql">The query with table expressions in place of the references.</param>
/// <param name="Reads">The versions that it reads, for the lineage.</param>
/// <param name="Files">The local files that it reads.</param>
public sealed record LakeQuery(string Sql, IReadOnlyList<DataVersion> Reads, IReadOnlyList<string> Files)
{
    /// <summary>The name that each of the files has in its version, for messages.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();
}

/// <summary>Data versions as tables of DuckDB, for SQL, dataflows, training and monitoring.</summary>
public interface ILakeTables
{
    /// <summary>The Parquet (or else CSV, or else JSON) files of a tree as one table; columns are matched by name.</summary>
    /// <exception cref="SlipwayException">InvalidParameter when the tree holds no such files.</exception>
    Task<LakeTable> TableAsync(Digest tree, CancellationToken ct);

    /// <summary>
    /// Replaces each quoted reference in a query, <c>'data:name@version'</c> or <c>'data:name'</c> (latest), also
    /// <c>'data:name@2026-01-31T00:00:00Z'</c> (as of a time), by its table.
    /// </summary>
    /// <exception cref="SlipwayException">
    /// NotFound when a version does not exist; PermissionDenied; InvalidParameter when rows of a CSV file have other numbers of
    /// fields than its header, which the engine would take for a table of one column.
    /// </exception>
    Task<LakeQuery> BindAsync(Caller caller, string sql, CancellationToken ct);

    /// <summary>A connection to a new in-memory database with the process's limits of memory and threads. The caller disposes it.</summary>
    /// <param name="threads">Of one query; null: as many as the process's.</param>
    DuckDbConnection Connect(int? threads = null);

    /// <summary>The same, but it reads only these files and below these folders, and cannot change that: for SQL of users.</summary>
    /// <param name="files">Files that it may read.</param>
    /// <param name="folders">Folders that it may read and write.</param>
    /// <param name="memoryMegabytes">What it may hold in memory; null: what each connection may.</param>
    DuckDbConnection ConnectSandboxed(
        IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders, int? memoryMegabytes = null);
}
