using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>Opens the one query of a request.</summary>
internal static partial class SqlQuery
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
        catch (SlipwayException) when (Pivot().IsMatch(query.Sql))
        {
            // The engine would make it several statements, of which the first writes a type with the values that it finds.
            throw SlipwayException.Invalid(
                "A pivot needs its values here, since nothing may be written: pivot … on COLUMN in ('a', 'b') using sum(x). Or count by hand: sum(x) filter (where COLUMN = 'a').");
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
        if (MissingTable().Match(message) is { Success: true } missing)
            message = message.Replace(missing.Value, $"there is no table '{missing.Groups["name"].Value}'. A version of a data asset is named as {Example(missing.Groups["name"].Value)}, in single quotes.", StringComparison.Ordinal);
        return new SlipwayException(ErrorCode.InvalidParameter, $"The query cannot be run: {message}", engine);
    }

    private static string Example(string name) => VersionName().IsMatch(name) ? $"'data:{name}'" : "'data:NAME' or 'data:NAME@3'";

    // With the engine's guess, where that is one of its own tables: "Did you mean "pg_am"?"
    [GeneratedRegex(@"\ACatalog Error: Table with name (?<name>.{1,300}?) does not exist!(\s+Did you mean ""(pg_|duckdb_|sqlite_|pragma_|information_schema|system)[^""]*""\?)?")]
    private static partial Regex MissingTable();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9][A-Za-z0-9._:-]*)?\z")]
    private static partial Regex VersionName();

    [GeneratedRegex(@"\bpivot\b", RegexOptions.IgnoreCase)]
    private static partial Regex Pivot();
}
