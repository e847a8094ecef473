using Slipway.Data;
using Slipway.Etl;
using Slipway.Jobs;
using Slipway.Lake;
using Slipway.Monitoring;
using Slipway.Security;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Schemas;

public abstract class ModuleSchemasContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Dictionary<string, IMigrations> s_modules = new()
    {
        ["security"] = new EmbeddedMigrations("security", typeof(SecurityModule).Assembly),
        ["lake"] = new EmbeddedMigrations("lake", typeof(LakeModule).Assembly),
        ["jobs"] = new EmbeddedMigrations("jobs", typeof(JobsModule).Assembly),
        ["etl"] = new EmbeddedMigrations("etl", typeof(EtlModule).Assembly),
        ["monitoring"] = new EmbeddedMigrations("monitoring", typeof(MonitoringModule).Assembly),
    };

    public static TheoryData<string> Names => [.. s_modules.Keys];

    protected override IEnumerable<IMigrations> Modules => s_modules.Values;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_tables_of_a_module_are_the_reviewed_ones(string module) => await Golden.MatchAsync(
        await SchemaDump.OfAsync(Database, s_modules[module], Ct), $"{module}.{Database.Provider}.txt");
}

public sealed class ModuleSchemasOnSqlite() : ModuleSchemasContract(DatabaseProvider.Sqlite);

public sealed class ModuleSchemasOnPostgres() : ModuleSchemasContract(DatabaseProvider.Postgres);
