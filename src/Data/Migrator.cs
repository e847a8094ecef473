using System.Data;
using System.Data.Common;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Brings the schema up to date, all modules in one transaction: a migration that fails leaves the database as it was.
/// What was applied is checked against what this program knows.
/// </summary>
public sealed class Migrator(Database database, IEnumerable<IMigrations> modules, TimeProvider time)
{
    // Any number that no other program is likely to lock; the bytes of "slipway\0".
    private const long AdvisoryLock = 0x736c697077617900;

    // Read committed: a server that waited for another one's lock must see what that one did.
    public async Task RunAsync(CancellationToken ct)
    {
        var isUpgraded = await database.WriteAsync(IsolationLevel.ReadCommitted, MigrateAsync, ct);
        if (isUpgraded && database.Provider == DatabaseProvider.Postgres)
            await VacuumAsync(ct);
    }

    // Whether a database that had been in use is another now.
    private async Task<bool> MigrateAsync(DbTransaction tx, CancellationToken ct)
    {
        if (database.Provider == DatabaseProvider.Postgres)
            await tx.ExecuteAsync("select pg_advisory_xact_lock(@AdvisoryLock)", new { AdvisoryLock }, ct);

        await tx.ExecuteAsync(
            """
            create table if not exists schema_migrations (
                module text not null,
                number integer not null,
                name text not null,
                sha256 text not null,
                applied_at bigint not null,
                primary key (module, number)
            )
            """,
            null,
            ct);
        var applied = await tx.QueryAsync<Applied>(
            "select module, number, name, sha256 from schema_migrations order by module, number", null, ct);
        var count = 0;
        foreach (var module in modules)
        {
            CheckNumbers(module);
            var before = applied.Where(row => row.Module == module.Module).ToList();
            Check(module, before);
            foreach (var migration in module.All.Skip(before.Count))
            {
                await ApplyAsync(tx, module, migration, ct);
                count++;
            }
        }

        return applied.Count > 0 && count > 0;
    }

    // A table that was written anew is known to be visible nowhere, so that no index answers alone, and nothing is counted that would have it vacuumed.
    private async Task VacuumAsync(CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "vacuum (analyze)";
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task ApplyAsync(DbTransaction tx, IMigrations module, Migration migration, CancellationToken ct)
    {
        try
        {
            await RunAsync(tx, database.Dialect.Expand(migration.Sql), ct);
        }
        catch (DbException exception)
        {
            throw new InvalidOperationException(
                $"Migration {Title(module.Module, migration.Number, migration.Name)} failed: {exception.Message}", exception);
        }

        await tx.ExecuteAsync(
            """
            insert into schema_migrations (module, number, name, sha256, applied_at)
            values (@Module, @Number, @Name, @Sha256, @Now)
            """,
            new { module.Module, migration.Number, migration.Name, migration.Sha256, Now = time.UtcNow() },
            ct);
    }

    // Not ExecuteNonQuery: after a statement that returns rows, SQLite's swallows the errors of the following ones.
    private static async Task RunAsync(DbTransaction tx, string script, CancellationToken ct)
    {
        await using var command = tx.Connection!.CreateCommand();
        command.Transaction = tx;
        command.CommandText = script;

        // A filled database may need minutes.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.NextResultAsync(ct))
            ct.ThrowIfCancellationRequested();
    }

    private static void CheckNumbers(IMigrations module)
    {
        for (var i = 0; i < module.All.Count; i++)
        {
            var migration = module.All[i];
            if (migration.Number != i + 1)
            {
                throw new InvalidOperationException(
                    $"Migration {Title(module.Module, migration.Number, migration.Name)} should have the number {i + 1:0000}: "
                    + "migrations are numbered from 0001 without gaps.");
            }
        }
    }

    private static void Check(IMigrations module, List<Applied> before)
    {
        for (var i = 0; i < before.Count; i++)
        {
            var row = before[i];
            var title = Title(row.Module, row.Number, row.Name);
            if (row.Number != i + 1)
                throw SlipwayException.Conflict($"The database lacks the migration before {title}; restore it from a backup.");
            if (i >= module.All.Count)
            {
                throw SlipwayException.Conflict(
                    $"The database has the migration {title}, which this program does not know: "
                    + "it was written by a newer Slipway. Start that version instead.");
            }

            if (row.Sha256 != module.All[i].Sha256)
            {
                throw SlipwayException.Conflict(
                    $"The database was made with another text of the migration {title} than this program has. "
                    + "Start the version that made it, or restore a backup.");
            }
        }
    }

    private static string Title(string module, int number, string name) => $"{module}/{number:0000}_{name}";

    private sealed record Applied
    {
        public required string Module { get; init; }

        public required int Number { get; init; }

        public required string Name { get; init; }

        public required string Sha256 { get; init; }
    }
}
