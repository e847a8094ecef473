using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Alerts;

/// <summary>What became of a run's alerts.</summary>
internal sealed record AlertChanges(IReadOnlyList<Alert> Raised, IReadOnlyList<Alert> Resolved);

/// <summary>Opens, renews and resolves alerts by what a run found.</summary>
internal sealed class AlertBook(LineageLog lineage, TimeProvider time)
{
    public async Task<AlertChanges> WriteAsync(
        DbTransaction tx, Caller caller, MonitorRun run, IReadOnlyList<SignalResult> results, CancellationToken ct)
    {
        var raised = new List<Alert>();
        var resolved = new List<Alert>();
        foreach (var result in results.Where(result => result.Measured && result.Signal.AlertEnabled))
        {
            var open = await AlertStore.FindOpenAsync(tx, caller.Workspace, run.Monitor, result.Signal.Name, ct);

            // A run that looks further back than the last one says nothing about how things stand.
            if (open is { } known && known.LastWindowTo > run.Window.To.ToUnixTimeMilliseconds())
                continue;
            if (Next(open?.Alert, run, result) is not { } next)
                continue;
            await AlertStore.PutAsync(tx, caller.Workspace, next, run.Window.To, ct);
            if (next.Status == "resolved")
                resolved.Add(next);
            else if (open is null)
                raised.Add(next);
        }

        await lineage.AppendAsync(
            tx,
            caller,
            [
                .. raised.Select(alert => new NewEdge("raised", run.Node, alert.Node)),
                .. resolved.Select(alert => new NewEdge("resolved", run.Node, alert.Node)),
            ],
            ct);
        return new AlertChanges(raised, resolved);
    }

    private Alert? Next(Alert? open, MonitorRun run, SignalResult result)
    {
        var now = time.GetUtcNow();
        if (!result.IsCrossed)
        {
            return open is null
                ? null
                : open with { Status = "resolved", LastRun = run.Id, UpdatedAt = now, ResolvedAt = now };
        }

        var message = $"{run.Monitor}/{result.Signal.Name}: {result.Message}";
        return open is null
            ? new Alert
            {
                Id = Ids.New(time),
                Monitor = run.Monitor,
                Signal = result.Signal.Name,
                Status = "open",
                Message = message,
                OpenedRun = run.Id,
                LastRun = run.Id,
                OpenedAt = now,
                UpdatedAt = now,
            }
            : open with { Message = message, LastRun = run.Id, UpdatedAt = now };
    }
}
