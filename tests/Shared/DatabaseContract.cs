using Slipway.Data;
using Xunit;

namespace Slipway.Shared;

/// <summary>
/// The base of a store's contract: a migrated, empty database for each test. Derive the contract from it, and from the
/// contract one class per provider: <c>public sealed class RunStoreOnSqlite() : RunStoreContract(DatabaseProvider.Sqlite);</c>
/// </summary>
public abstract class DatabaseContract(DatabaseProvider provider) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Postgres? _postgres;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected ManualTime Time { get; } = new();

    protected string Folder => _folder.Path;

    protected Database Database { get; private set; } = null!;

    /// <summary>What to open to reach the same database again.</summary>
    protected string ConnectionString { get; private set; } = "";

    /// <summary>The modules whose tables the test needs, in the order of their dependencies; those of Data come first.</summary>
    protected virtual IEnumerable<IMigrations> Modules => [];

    public async ValueTask InitializeAsync()
    {
        if (provider == DatabaseProvider.Postgres)
        {
            _postgres = await Postgres.CreateAsync(Ct);
            ConnectionString = _postgres.ConnectionString;
        }
        else
        {
            ConnectionString = _folder.File("slipway.db");
        }

        Database = Open();
        await new Migrator(Database, [DataModule.Migrations, .. Modules], Time).RunAsync(Ct);
    }

    /// <summary>The same database once more, as another process has it.</summary>
    protected Database Open() => provider == DatabaseProvider.Postgres
        ? Database.Postgres(ConnectionString)
        : Database.Sqlite(ConnectionString, SqliteSynchronous.Normal);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Database.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _folder.Dispose();
    }
}
