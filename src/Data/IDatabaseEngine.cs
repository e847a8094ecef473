using System.Data;
using System.Data.Common;

namespace Slipway.Data;

/// <summary>What <see cref="Database"/> asks of SQLite and of PostgreSQL.</summary>
internal interface IDatabaseEngine : IAsyncDisposable
{
    Dialect Dialect { get; }

    /// <inheritdoc cref="Database.Away"/>
    string? Away { get; }

    /// <inheritdoc cref="Database.TakeExhausted"/>
    string? TakeExhausted();

    Task<DbConnection> OpenAsync(CancellationToken ct);

    Task<T> WriteAsync<T>(WriteAction<T> write, IsolationLevel isolation);
}
