using System.Data.Common;
using Slipway.Engines.DuckDb;

namespace Slipway.Etl.Databases;

/// <summary>One that dataflows write to as well.</summary>
internal interface ITableDatabase : IDatabaseReader
{
    /// <summary>Its own type for a column that is written.</summary>
    string TypeFor(DuckDbType type);

    /// <summary>Writes the rows into the table, whose columns are those of the rows; on a connection with an open transaction.</summary>
    Task LoadAsync(DbTransaction transaction, string table, DuckDbResult rows, CancellationToken ct);
}
