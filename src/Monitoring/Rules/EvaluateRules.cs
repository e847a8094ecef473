using System.Data.Common;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Rules.Sources;

namespace Slipway.Monitoring.Rules;

/// <summary>Looks at what the rules of a workspace look at, and opens, renews and resolves their alerts.</summary>
internal sealed partial class EvaluateRules(
    RuleStore rules, AlertStore alerts, Policies<IAlertSource> sources, Database database, AlertBook book, AlertNews news, TimeProvider time, ILogger<EvaluateRules> logger)
{
    private const string NoDataSubject = "no data";

    public async Task RunAsync(WorkspaceName workspace, CancellationToken ct)
    {
        var caller = Caller.System with { Workspace = workspace };
        foreach (var row in await rules.ListAsync(workspace, ct))
        {
            var error = await TryAsync(caller, row, ct);
            if (error != row.Error)
                await rules.NoteAsync(workspace, row.Name, error, ct);
        }
    }

    /// <summary>What a rule says now; nothing is kept.</summary>
    public async Task<IReadOnlyList<Condition>> LookAsync(Caller caller, AlertRule rule, CancellationToken ct)
    {
        var figures = new Dictionary<string, IReadOnlyList<Figure>>(StringComparer.Ordinal);
        foreach (var (name, value) in rule.Values)
            figures[name] = await sources.Get("type of value", value.Type).LatestAsync(caller, value, time.GetUtcNow(), ct);
        return RuleConditions.Of(rule, figures);
    }

    private async Task<string?> TryAsync(Caller caller, RuleRow row, CancellationToken ct)
    {
        try
        {
            var rule = row.Read();
            var found = await LookAsync(caller, rule, ct);

            // Nearly always nothing is wrong and nothing was: then nothing is written.
            if (rule.NoData != "alert" && found.All(condition => condition.Holds != true) && await alerts.IsQuietAsync(caller.Workspace, rule.Name, ct))
                return null;
            var changes = await database.WriteAsync((tx, token) => WriteAsync(tx, caller, rule, found, token), ct);
            await news.TellAsync(caller, changes, ct);
            return null;
        }
        catch (SlipwayException refusal)
        {
            return refusal.Message;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One rule that fails must not keep the others from being looked at; the next look tries again.
            Log.Failed(logger, exception, row.Name);
            return exception.Message;
        }
    }

    private async Task<AlertChanges> WriteAsync(DbTransaction tx, Caller caller, AlertRule rule, IReadOnlyList<Condition> found, CancellationToken ct)
    {
        var conditions = found.ToList();
        if (rule.NoData != "keep")
        {
            var seen = found.Where(condition => condition.Holds is not null).Select(condition => condition.Subject).ToHashSet(StringComparer.Ordinal);
            var silent = (await AlertStore.OpenAsync(tx, caller.Workspace, rule.Name, ct)).Where(alert => !seen.Contains(alert.Subject) && alert.Subject != NoDataSubject);
            conditions.RemoveAll(condition => condition.Holds is null);
            if (rule.NoData == "ok")
                conditions.AddRange(silent.Select(alert => Unseen(rule, alert.Subject, alert.Message, alert.Evidence, holds: false)));
            else
                conditions.Add(Unseen(rule, NoDataSubject, $"{rule.Name}: nothing is known of {string.Join(", ", rule.Values.Keys)}.", $"alert-rule:{rule.Name}", seen.Count == 0));
        }

        return await book.WriteAsync(tx, caller, rule.Policy, conditions, ct);
    }

    private Condition Unseen(AlertRule rule, string subject, string message, string evidence, bool holds) => new()
    {
        Dimensions = new Dictionary<string, string>(),
        Subject = subject,
        Labels = rule.Labels,
        Holds = holds,
        Message = message,
        Evidence = evidence,
        From = time.GetUtcNow(),
        To = time.GetUtcNow(),
    };

    private static partial class Log
    {
        [LoggerMessage(9031, LogLevel.Error, "Alert rule {Rule} failed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string rule);
    }
}
