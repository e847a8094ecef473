using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Rules;

namespace Slipway.Monitoring.Notifications;

/// <summary>Reads who is to be told of what in a workspace: its receivers, the e-mails of its monitors, rules and silences.</summary>
internal sealed partial class RoutingReader(
    ReceiverStore receivers, MonitorStore monitors, RuleStore rules, SilenceStore silences, TimeProvider time, ILogger<RoutingReader> logger)
{
    public async Task<Routing> ReadAsync(WorkspaceName workspace, CancellationToken ct)
    {
        var declared = Readable(await receivers.ListAsync(workspace, ct), row => row.Read());
        var ofMonitors = Readable(await monitors.ListAsync(workspace, ct), row => row.Read())
            .Where(monitor => monitor.Emails.Count > 0)
            .Select(monitor => Receiver.OfMonitor(monitor.Name, monitor.Emails));
        var known = Readable(await rules.ListAsync(workspace, ct), row => row.Read());
        var now = time.UtcNow();
        return new Routing(declared.Concat(ofMonitors))
        {
            Named = known.SelectMany(rule => rule.Notify.Select(receiver => (Rule: rule.Name, Receiver: receiver))).ToLookup(pair => pair.Rule, pair => pair.Receiver),
            Silences = [.. (await silences.ListAsync(workspace, now, ct)).Where(silence => silence.StartsAt <= now).Select(silence => silence.ReadMatchers())],
            Inhibitions = [.. known.SelectMany(rule => rule.Inhibits.Select(one => new Inhibition(rule.Name, [.. one.Match.Select(Matcher.Parse)], one.Equal)))],
        };
    }

    private List<T> Readable<TRow, T>(IEnumerable<TRow> rows, Func<TRow, T> read)
        where TRow : notnull
    {
        var found = new List<T>();
        foreach (var row in rows)
        {
            try
            {
                found.Add(read(row));
            }
            catch (SlipwayException refusal)
            {
                // It was right once, for an older server; what it says must not keep others from being told.
                Log.Unreadable(logger, refusal.Message);
            }
        }

        return found;
    }

    private static partial class Log
    {
        [LoggerMessage(9033, LogLevel.Warning, "A definition that messages depend on is left out: {Why}")]
        public static partial void Unreadable(ILogger logger, string why);
    }
}
