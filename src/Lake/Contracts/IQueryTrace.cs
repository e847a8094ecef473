using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>Keeps what the columns of a query's rows were made from.</summary>
public interface IQueryTrace
{
    /// <param name="sql">With its references to versions as the user wrote them.</param>
    /// <param name="version">What holds the rows.</param>
    Task KeepAsync(Caller caller, string sql, DataVersion version, CancellationToken ct);
}
