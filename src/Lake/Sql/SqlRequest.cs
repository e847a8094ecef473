using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>What may be asked, and with which limits.</summary>
/// <param name="Sql">One query in DuckDB's SQL; versions are named in quotes: <c>select * from 'data:flights-raw@latest'</c>.</param>
/// <param name="Limit">The most rows to answer with.</param>
/// <param name="Format">json (default), ndjson, csv or parquet.</param>
/// <param name="TimeoutSeconds">From 1 to 300, which is the default.</param>
/// <param name="MemoryMegabytes">What the query may hold before it spills; no more than the server allows each query.</param>
internal sealed record SqlRequest(
    string Sql, long? Limit = null, string? Format = null, int? TimeoutSeconds = null, int? MemoryMegabytes = null);

/// <summary>Opens the one query of a request.</summary>
internal static class SqlQuery
{
    private const int MostSeconds = 300;
    private const int LeastMegabytes = 16;

    public static TimeSpan Timeout(SqlRequest request) => request.TimeoutSeconds is null or (>= 1 and <= MostSeconds)
        ? TimeSpan.FromSeconds(request.TimeoutSeconds ?? MostSeconds)
        : throw SlipwayException.Invalid($"timeoutSeconds is {request.TimeoutSeconds}; it must be from 1 to {MostSeconds}.");

    public static void CheckLimits(SqlRequest request, LakeOptions options)
    {
        if (request.Limit < 1)
            throw SlipwayException.Invalid($"limit is {request.Limit}; it must be at least 1.");
        var most = options.MemoryLimitBytes >> 20;
        if (request.MemoryMegabytes < LeastMegabytes || request.MemoryMegabytes > most)
            throw SlipwayException.Invalid($"memoryMegabytes is {request.MemoryMegabytes}; it must be from {LeastMegabytes} to {most}.");
    }

    /// <summary>Prepares it, and refuses all that is no query: the sandbox would let it write where it may read.</summary>
    public static DuckDbStatement Prepare(DuckDbConnection connection, LakeQuery query)
    {
        var statement = Compiled(connection, query);
        if (statement.IsQuery)
            return statement;
        statement.Dispose();
        throw SlipwayException.Invalid("Only a query may be run here, one that begins with select, with, from, values, describe or summarize.");
    }

    private static DuckDbStatement Compiled(DuckDbConnection connection, LakeQuery query)
    {
        try
        {
            return connection.Prepare(query.Sql);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw Refusal(exception, query);
        }
    }

    /// <summary>What the engine says of a query is the caller's to mend; blobs have the names of their versions' files there.</summary>
    public static SlipwayException Refusal(SlipwayException engine, LakeQuery query)
    {
        var message = EngineMessage.Explain(engine.Message, query.Names);

        // "\nLINE 1: … read_parquet(['/srv/home/blo…" is not what the user wrote, and tells where the server keeps its files.
        var excerpt = message.IndexOf("\nLINE ", StringComparison.Ordinal);
        if (excerpt >= 0 && message.IndexOf("(['", excerpt, StringComparison.Ordinal) >= 0)
            message = message[..excerpt].TrimEnd();
        return new SlipwayException(ErrorCode.InvalidParameter, $"The query cannot be run: {message}", engine);
    }
}
