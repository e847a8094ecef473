using Microsoft.Data.Sqlite;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Says in the caller's words what SQLite refused; what is a mistake in a statement stays as it is.</summary>
internal static class SqliteErrors
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5, Locked = 6, ReadOnly = 8, InputOutput = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static Exception Translate(Exception exception, string path) => exception is not SqliteException sqlite
        ? exception
        : sqlite.SqliteErrorCode switch
        {
            Full or InputOutput => new SlipwayException(
                ErrorCode.StorageFull,
                $"The database '{path}' could not be written: {sqlite.Message} Free space on its disk, then try again.",
                sqlite),
            ReadOnly when !IsReader(sqlite) => new SlipwayException(
                ErrorCode.StorageFull, $"The database '{path}' may not be written; check its owner and its disk.", sqlite),
            Busy or Locked => new SlipwayException(
                ErrorCode.Unavailable, $"Another process keeps the database '{path}' locked; stop it or try again later.", sqlite),
            Corrupt or NotADatabase => new SlipwayException(
                ErrorCode.Corrupt, $"'{path}' is damaged or not a SQLite database; restore it from a backup.", sqlite),
            CannotOpen => new SlipwayException(
                ErrorCode.Unavailable, $"The database '{path}' cannot be opened; check that its folder exists and may be written.", sqlite),
            _ => exception,
        };

    // SQLITE_READONLY without an extended code, on a connection for reads, is a statement in the wrong place: a bug.
    private static bool IsReader(SqliteException exception) => exception.SqliteExtendedErrorCode == ReadOnly;

    public static void Apply(this SqliteConnection connection, string pragmas)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragmas;
        using var reader = command.ExecuteReader();
        while (reader.NextResult())
        {
            // ExecuteNonQuery would stop at the first pragma that answers, and swallow the errors of those after it.
        }
    }
}
