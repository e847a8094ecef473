using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Backtests;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Measures;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Runs;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring;

/// <summary>Monitors, alerts, and the policies by which models are trained again.</summary>
public static class MonitoringModule
{
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("monitoring", typeof(MonitoringModule).Assembly))
        .AddSingleton(new WorkspaceRows { Kept = ["monitor_runs", "alerts", "retraining_decisions"] })
        .AddSingleton<MonitoringMeter>()
        .AddSingleton<MonitorStore>()
        .AddSingleton<IContentRoots, PolicyRoots>()
        .AddSingleton<RunStore>()
        .AddSingleton<AlertStore>()
        .AddSingleton<AlertBook>()
        .AddSingleton<References>()
        .AddSingleton<FeatureRanking>()
        .AddSingleton<CustomMeasurement>()
        .AddSingleton<SignalMeasurement>()
        .AddSingleton<HistoryReader>()
        .AddSingleton<MonitorReplay>()
        .AddSingleton<BacktestMonitor>()
        .AddSingleton<BacktestRetraining>()
        .AddSingleton<CreateMonitor>()
        .AddSingleton<RunMonitor>()
        .AddSingleton<PolicyStore>()
        .AddSingleton<DecisionStore>()
        .AddSingleton<DecisionLog>()
        .AddSingleton<FactFinder>()
        .AddSingleton<TrainingSubmission>()
        .AddSingleton<CreatePolicy>()
        .AddSingleton<EvaluatePolicy>()
        .AddSingleton<MonitorRound>()
        .AddSingleton<IScheduledAct, MonitorAct>()
        .AddHostedService<MonitoringTimer>();

    /// <summary>The file of the training job that a retraining policy names; null when it names none.</summary>
    public static string? JobOf(string policy, string source) => RetrainingReader.Read(policy, source).Job;

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        MonitorRoutes.Map(routes);
        RunMonitor.Map(routes);
        ListRuns.Map(routes);
        ListAlerts.Map(routes);
        PolicyRoutes.Map(routes);
        EvaluatePolicy.Map(routes);
        BacktestMonitor.Map(routes);
        BacktestRetraining.Map(routes);
    }
}
