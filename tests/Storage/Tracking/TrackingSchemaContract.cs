using Slipway.Data;
using Slipway.Shared;
using Slipway.Tracking;
using Xunit;

namespace Slipway.Storage.Tracking;

public abstract class TrackingSchemaContract(DatabaseProvider provider) : TrackingContract(provider)
{
    [Fact]
    public async Task The_tables_of_tracking_are_the_reviewed_ones() =>
        await Golden.MatchAsync(
            await SchemaDump.OfAsync(Database, TrackingModule.Migrations, Ct), $"schema.{Database.Provider}.txt");
}

public sealed class TrackingSchemaOnSqlite() : TrackingSchemaContract(DatabaseProvider.Sqlite);

public sealed class TrackingSchemaOnPostgres() : TrackingSchemaContract(DatabaseProvider.Postgres);
