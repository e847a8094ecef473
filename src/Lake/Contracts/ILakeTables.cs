using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>Data versions as tables of DuckDB, for SQL, dataflows, training and monitoring.</summary>
public interface ILakeTables
{
    /// <summary>
    /// A DuckDB table expression over the version's Parquet (or CSV, JSON) files as local paths, such as
    /// <c>read_parquet(['/…', '/…'])</c>; to be put into a FROM clause. The files are immutable.
    /// </summary>
    Task<string> ExpressionAsync(DataVersion version, CancellationToken ct);

    /// <summary>The same for any tree of files.</summary>
    Task<string> ExpressionAsync(Slipway.Data.Digest tree, CancellationToken ct);

    /// <summary>
    /// Replaces each quoted reference <c>'data:name@version'</c> (also "name:version" and "name@latest") in a query by
    /// its table expression, and returns the versions that the query reads.
    /// </summary>
    Task<(string Sql, IReadOnlyList<DataVersion> Reads)> BindAsync(Caller caller, string sql, CancellationToken ct);

    /// <summary>
    /// A connection to an in-memory database with the process's memory and thread limits. With a sandbox it reads
    /// nothing of the host but the content store and the given folders, and cannot change that. The caller disposes it.
    /// </summary>
    DuckDbConnection Connect(LakeSandbox? sandbox);
}

/// <summary>The folders that a sandboxed connection may read or write beside the content store.</summary>
public sealed record LakeSandbox(IReadOnlyList<string> Folders);
