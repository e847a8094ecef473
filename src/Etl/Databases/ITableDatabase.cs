using System.Data.Common;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Databases;

/// <summary>A database that is none of Slipway's own, whose tables dataflows read and write.</summary>
internal interface ITableDatabase : IPolicy
{
    /// <summary>What a source or sink says to find it.</summary>
    string[] Fields { get; }

    /// <summary>True: it compares times, and so can read a window on its own.</summary>
    bool ComparesTimes { get; }

    Task<DbConnection> OpenAsync(StepContext step, SettingMap map, CancellationToken ct);

    /// <summary>DuckDB's type for a column that is read.</summary>
    string TypeOf(DbColumn column);

    /// <summary>Its own type for a column that is written.</summary>
    string TypeFor(DuckDbType type);

    /// <summary>Writes the rows into the table, whose columns are those of the rows; on a connection with an open transaction.</summary>
    Task LoadAsync(DbTransaction transaction, string table, DuckDbResult rows, CancellationToken ct);

    /// <summary>What went wrong, in the words of the database and without the credentials.</summary>
    SlipwayException Explain(DbException exception);
}
