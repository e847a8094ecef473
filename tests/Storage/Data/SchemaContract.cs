using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class SchemaContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    [Fact]
    public async Task The_tables_of_the_data_library_are_the_reviewed_ones() =>
        await Golden.MatchAsync(
            await SchemaDump.OfAsync(Database, DataModule.Migrations, Ct), $"schema.{Database.Provider}.txt");
}

public sealed class SchemaOnSqlite() : SchemaContract(DatabaseProvider.Sqlite);

public sealed class SchemaOnPostgres() : SchemaContract(DatabaseProvider.Postgres);
