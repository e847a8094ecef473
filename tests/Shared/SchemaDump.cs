using System.Text;
using System.Text.RegularExpressions;
using Slipway.Data;

namespace Slipway.Shared;

/// <summary>
/// The tables of a module as the database has them, for a golden file per database:
/// <c>await Golden.MatchAsync(await SchemaDump.OfAsync(Database, module, Ct), $"schema.{provider}.txt")</c>.
/// </summary>
public static partial class SchemaDump
{
    private const string OnSqlite =
        """
        select 't' as kind, m.name as table_name, c.name as name,
            lower(c.type) || case when c."notnull" = 1 then ' not null' else '' end
            || coalesce(' default ' || c.dflt_value, '') || case when c.pk > 0 then ' key ' || c.pk else '' end as definition
        from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table'
        union all
        select 'i', tbl_name, name, sql from sqlite_master where type = 'index' and sql is not null
        union all
        select 'f', m.name, f."from", 'references ' || f."table" || ' (' || coalesce(f."to", '') || ') on delete ' || lower(f.on_delete)
        from sqlite_master m join pragma_foreign_key_list(m.name) f
        where m.type = 'table'
        """;

    private const string OnPostgres =
        """
        select 't' as kind, table_name::text as table_name, column_name::text as name,
            data_type || case when is_nullable = 'NO' then ' not null' else '' end
            || coalesce(' default ' || column_default, '')
            || case when is_identity = 'YES' then ' identity ' || lower(identity_generation) else '' end as definition
        from information_schema.columns where table_schema = current_schema()
        union all
        select 'i', tablename::text, indexname::text, replace(indexdef, schemaname || '.', '')
        from pg_indexes where schemaname = current_schema()
        union all
        select 'f', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
        from pg_constraint where connamespace = current_schema()::regnamespace and contype in ('f', 'c')
        """;

    public static async Task<string> OfAsync(Database database, IMigrations module, CancellationToken ct)
    {
        var tables = module.All
            .SelectMany(migration => CreateTable().Matches(migration.Sql).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var parts = await database.QueryAsync<Part>(
            database.Provider == DatabaseProvider.Sqlite ? OnSqlite : OnPostgres, null, ct);
        var text = new StringBuilder();
        foreach (var table in parts.Where(part => tables.Contains(part.TableName)).GroupBy(part => part.TableName)
            .OrderBy(table => table.Key, StringComparer.Ordinal))
        {
            text.Append("table ").Append(table.Key).Append('\n');
            Append(text, "", table.Where(part => part.Kind == "t"));
            Append(text, "index ", table.Where(part => part.Kind == "i"));
            Append(text, "constraint ", table.Where(part => part.Kind == "f"));
            text.Append('\n');
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string what, IEnumerable<Part> parts)
    {
        foreach (var part in parts.OrderBy(part => part.Name, StringComparer.Ordinal))
        {
            var definition = Spaces().Replace(part.Definition, " ").Trim();
            text.Append("    ").Append(what).Append(part.Name).Append(": ").Append(definition).Append('\n');
        }
    }

    [GeneratedRegex(@"create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex CreateTable();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    private sealed record Part
    {
        public required string Kind { get; init; }

        public required string TableName { get; init; }

        public required string Name { get; init; }

        public required string Definition { get; init; }
    }
}
