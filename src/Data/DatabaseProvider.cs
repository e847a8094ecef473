namespace Slipway.Data;

/// <summary>The database engines that Slipway keeps its records in.</summary>
public enum DatabaseProvider
{
    Sqlite,
    Postgres,
}

/// <summary>What a commit on SQLite survives. Either way it survives a crash of the process.</summary>
public enum SqliteSynchronous
{
    /// <summary>Also a loss of power: one fsync per (group) commit. The default.</summary>
    Full,

    /// <summary>Not a loss of power: the last commits may be gone, the database stays consistent.</summary>
    Normal,
}
