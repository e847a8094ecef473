using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Slipway.Data;

/// <summary>What differs between SQLite's SQL and PostgreSQL's, and only that.</summary>
public sealed class Dialect
{
    /// <summary>So many characters of a text are in an index; a shorter text is so as a whole.</summary>
    public const int IndexedLength = 100;

    // PostgreSQL has this escape by default, SQLite none.
    private readonly string _escape = @"escape '\'";

    private Dialect(DatabaseProvider provider) => Provider = provider;

    internal static Dialect Sqlite { get; } = new(DatabaseProvider.Sqlite);

    internal static Dialect Postgres { get; } = new(DatabaseProvider.Postgres);

    public DatabaseProvider Provider { get; }

    /// <summary>The type of a key that the database counts up.</summary>
    public string Identity => IsSqlite
        ? "integer primary key autoincrement"
        : "bigint generated always as identity primary key";

    /// <summary>The type of a column of bytes.</summary>
    public string Blob => IsSqlite ? "blob" : "bytea";

    /// <summary>The type of a column of JSON text, which is never looked into by SQL.</summary>
    public string Json { get; } = "text";

    /// <summary>The type of a 64-bit float; "real" alone would be 32 bits wide on PostgreSQL.</summary>
    public string Real => IsSqlite ? "real" : "double precision";

    /// <summary>
    /// Ends "create table" for a table of small rows that is read by its primary key: SQLite then keeps the rows in
    /// the key's own tree instead of beside it.
    /// </summary>
    public string Clustered => IsSqlite ? "without rowid" : "";

    /// <summary>Ends a "select … limit n" that takes rows for a worker: rows that another worker holds are passed by.</summary>
    public string ForUpdateSkipLocked => IsSqlite ? "" : "for update skip locked";

    /// <summary>Lists the tables whose rows belong to workspaces.</summary>
    public string TablesWithWorkspace => IsSqlite
        ? "select t.name from sqlite_master t join pragma_table_info(t.name) c where t.type = 'table' and c.name = 'workspace' order by t.name"
        : "select table_name from information_schema.columns where table_schema = current_schema() and column_name = 'workspace' order by table_name";

    /// <summary>
    /// What an index holds of a text: PostgreSQL's entries have at most 2700 bytes, so there it is the beginning, which
    /// tells nearly all apart; SQLite has no such limit, and answers from an index alone only when it holds the column.
    /// </summary>
    public string Indexed(string column) => IsSqlite ? column : $"substr({column}, 1, {IndexedLength})";

    /// <summary>The part of a text to compare with <see cref="Indexed(string)"/>.</summary>
    public string IndexedValue(string text) => IsSqlite
        ? text
        : string.Concat(text.EnumerateRunes().Take(IndexedLength).Select(rune => rune.ToString()));

    /// <summary>
    /// As <see cref="Indexed(string)"/> for a table that has the beginning as a column of its own, sorted by code points: its
    /// index answers alone on PostgreSQL, too.
    /// </summary>
    public string Head(string table) => IsSqlite ? $"{table}.value" : $"{table}.head collate \"C\"";

    /// <summary>
    /// A row of a table with <c>key</c> and <c>value</c> has both of these, and an index has the runs of such rows in order. PostgreSQL's index has a hash of
    /// 64 bits in their place: whole numbers are compared in half the time of texts.
    /// </summary>
    public string IsText(string table, string key, string value) => IsSqlite
        ? $"{table}.key = {key} and {table}.value = {value}"
        : $"{table}.mark = hashtextextended({value}, hashtextextended({key}, 0))";

    private bool IsSqlite => Provider == DatabaseProvider.Sqlite;

    /// <summary>Matches with case, '%' and '_', and '\' before a literal one. SQLite's like is made to (a pragma).</summary>
    public string Like(string column, string parameter) => $"{column} like {parameter} {_escape}";

    /// <summary>Matches without case (on SQLite: of ASCII letters).</summary>
    public string ILike(string column, string parameter) => IsSqlite
        ? $"lower({column}) like lower({parameter}) {_escape}"
        : $"{column} ilike {parameter} {_escape}";

    /// <summary>The column is one of a list; pass an array or a List. An empty list matches nothing.</summary>
    public string AnyOf(string column, string parameter) =>
        IsSqlite ? $"{column} in {parameter}" : $"{column} = any({parameter})";

    /// <summary>As <see cref="AnyOf"/> for thousands of texts; pass what <see cref="Many"/> makes of them.</summary>
    public string AnyOfMany(string column, string parameter) =>
        IsSqlite ? $"{column} in (select value from json_each({parameter}))" : AnyOf(column, parameter);

    public object Many(IEnumerable<string> texts) => IsSqlite ? JsonSerializer.Serialize(texts) : texts.ToArray();

    /// <summary>The opposite of <see cref="AnyOf"/>. An empty list matches everything.</summary>
    public string NoneOf(string column, string parameter) =>
        IsSqlite ? $"{column} not in {parameter}" : $"{column} <> all({parameter})";

    /// <summary>Whether a statement failed because a row with this key exists already.</summary>
    public static bool IsUniqueViolation(DbException exception) => exception switch
    {
        // SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY
        SqliteException sqlite => sqlite.SqliteExtendedErrorCode is 2067 or 1555,
        PostgresException postgres => postgres.SqlState == PostgresErrorCodes.UniqueViolation,
        _ => false,
    };

    /// <summary>Replaces {{identity}}, {{blob}}, {{json}}, {{real}}, {{clustered}}, {{indexed_value}} and {{postgres}}.</summary>
    internal string Expand(string sql) =>
        sql.Replace("{{identity}}", Identity, StringComparison.Ordinal)
            .Replace("{{blob}}", Blob, StringComparison.Ordinal)
            .Replace("{{json}}", Json, StringComparison.Ordinal)
            .Replace("{{real}}", Real, StringComparison.Ordinal)
            .Replace("{{clustered}}", Clustered, StringComparison.Ordinal)
            .Replace("{{indexed_value}}", Indexed("value"), StringComparison.Ordinal)
            .Replace("{{postgres}} ", IsSqlite ? "-- " : "", StringComparison.Ordinal);
}
