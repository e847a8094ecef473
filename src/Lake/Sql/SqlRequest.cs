namespace Slipway.Lake.Sql;

/// <summary>What may be asked, and with which limits.</summary>
/// <param name="Sql">One query in DuckDB's SQL; versions are named in quotes: <c>select * from 'data:flights-raw@latest'</c>.</param>
/// <param name="Limit">The most rows to answer with.</param>
/// <param name="Format">json (default), ndjson, csv or parquet.</param>
/// <param name="TimeoutSeconds">From 1 to 300, which is the default.</param>
/// <param name="MemoryMegabytes">What the query may hold before it spills; no more than the server allows each query.</param>
internal sealed record SqlRequest(
    string Sql, long? Limit = null, string? Format = null, int? TimeoutSeconds = null, int? MemoryMegabytes = null);
