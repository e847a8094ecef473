using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>Deletes what makes alerts, and resolves those that are open; what is resolved stays.</summary>
internal sealed class Deletion(Database database, AlertBook book, AlertNews news, IAccess access, IAuditLog audit)
{
    /// <param name="what">"Alert rule", "Anomaly detector".</param>
    /// <param name="kind">"alert-rule", "anomaly": of its node.</param>
    /// <param name="rule">The rule of its alerts.</param>
    /// <param name="delete">False: there was none.</param>
    public async Task RunAsync(
        Caller caller, string what, string kind, string name, string rule, Func<DbTransaction, CancellationToken, Task<bool>> delete, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"{kind}:{name}", ct);
        var changes = await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await delete(tx, token))
                    throw SlipwayException.NotFound(what, name);
                return await book.ResolveAsync(tx, caller, await AlertStore.OpenAsync(tx, caller.Workspace, rule, token), token);
            },
            ct);
        await audit.AppendAsync(caller, $"{kind.Replace('-', '_')}.delete", $"{kind}:{name}", null, ct);
        await news.TellAsync(caller, changes, ct);
    }
}
