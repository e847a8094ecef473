using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Kernel.Metrics;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Anomalies;
using Slipway.Monitoring.Backtests;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Incidents;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Reports;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Export;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Series;

namespace Slipway.Monitoring;

/// <summary>Monitors, alerts, and the policies by which models are trained again.</summary>
public static partial class MonitoringModule
{
    public static IServiceCollection AddMonitoring(this IServiceCollection services) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("monitoring", typeof(MonitoringModule).Assembly))
        .AddSingleton(WorkspaceMonitors.Rows)
        .AddSingleton<MonitoringMeter>()
        .AddSingleton<IGaugeSource, MonitoringGauges>()
        .AddAlerts()
        .AddAnomalies()
        .AddSingleton<HistoryReader>()
        .AddSingleton<MonitorReplay>()
        .AddMonitors()
        .AddPolicies()
        .AddBacktests()
        .AddSingleton<IScheduledAct, MonitorAct>();

    /// <summary>Refuses (InvalidParameter) what is wrong with a retraining policy, and with an alert rule, a receiver or an anomaly detector beyond its fields.</summary>
    /// <param name="kind">"retraining", "alert-rule", "receiver" or "anomaly-detector"; others are not looked at.</param>
    public static void Check(string kind, string yaml, string source)
    {
        if (kind == "alert-rule")
            AlertRule.Read(yaml, source);
        else if (kind == "receiver")
            Receiver.Read(yaml, source);
        else if (kind == "anomaly-detector")
            AnomalyDetector.Read(yaml, source);
        else if (kind == "retraining")
            RetrainingReader.Read(yaml, source);
    }

    /// <summary>The file of the training job that a retraining policy names; null when it names none.</summary>
    public static string? JobOf(string policy, string source) => RetrainingReader.Read(policy, source).Job;

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapMonitoring(this IEndpointRouteBuilder routes)
    {
        MonitorRoutes.Map(routes);
        RunMonitor.Map(routes);
        ListRuns.Map(routes);
        ShowReport.Map(routes);
        ListAlerts.Map(routes);
        SteerAlert.Map(routes);
        RuleRoutes.Map(routes);
        DeleteRule.Map(routes);
        TestRule.Map(routes);
        BacktestRule.Map(routes);
        ExportRules.Map(routes);
        ReceiverRoutes.Map(routes);
        TestReceiver.Map(routes);
        SilenceRoutes.Map(routes);
        ShowIncidents.Map(routes);
        SteerIncident.Map(routes);
        DetectorRoutes.Map(routes);
        DeleteDetector.Map(routes);
        RunDetector.Map(routes);
        BacktestDetector.Map(routes);
        PushPoints.Map(routes);
        SeriesRoutes.Map(routes);
        PolicyRoutes.Map(routes);
        EvaluatePolicy.Map(routes);
        CancelChallenge.Map(routes);
        BacktestMonitor.Map(routes);
        BacktestRetraining.Map(routes);
        BacktestRoutes.Map(routes);
    }

    private static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section).ValidateOnStart();
        return services
            .AddSingleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>()
            .AddSingleton<AlertStore>()
            .AddSingleton<AlertQueue>()
            .AddSingleton<AlertBook>()
            .AddSingleton<AlertNews>()
            .AddSingleton<Deletion>()
            .AddSingleton<SteerAlert>()
            .AddSingleton<IncidentStore>()
            .AddSingleton<IncidentBook>()
            .AddSingleton<SteerIncident>()
            .AddRules()
            .AddSingleton<ReceiverStore>()
            .AddSingleton<ReceiverRoutes>()
            .AddSingleton<TestReceiver>()
            .AddSingleton<SilenceStore>()
            .AddSingleton<SilenceRoutes>()
            .AddSingleton<GroupStore>()
            .AddSingleton<RoutingReader>()
            .AddSingleton<MessageDelivery>()
            .AddSingleton<SendMessages>()
            .AddSingleton<AlertWorker>()
            .AddHostedService(provider => provider.GetRequiredService<AlertWorker>());
    }

    private static IServiceCollection AddAnomalies(this IServiceCollection services) => services
        .AddSingleton<DetectorStore>()
        .AddSingleton<FindingStore>()
        .AddSingleton<SeriesReader>()
        .AddSingleton<SeenSeries>()
        .AddSingleton<AnomalyMeter>()
        .AddSingleton<CreateDetector>()
        .AddSingleton<DeleteDetector>()
        .AddSingleton<RunDetector>()
        .AddSingleton<LookForAnomalies>()
        .AddSingleton<IAlertSource, AnomalySource>()
        .AddSingleton<PushedStore>()
        .AddSingleton<PushPoints>()
        .AddSingleton<IScheduledAct, ScrapeAct>()
        .AddSingleton<IAlertSource, PushedSource>();

    private static IServiceCollection AddBacktests(this IServiceCollection services)
    {
        AddBacktest<BacktestMonitor>(services);
        AddBacktest<BacktestRetraining>(services);
        AddBacktest<BacktestRule>(services);
        AddBacktest<BacktestDetector>(services);
        return services
            .AddSingleton<Policies<IBacktest>>()
            .AddSingleton<BacktestRunStore>()
            .AddSingleton<BeginBacktest>()
            .AddSingleton<PlayBacktest>()
            .AddSingleton<BacktestRoutes>()
            .AddHostedService<BacktestWorker>();
    }

    private static void AddBacktest<T>(IServiceCollection services)
        where T : class, IBacktest => services.AddSingleton<T>().AddSingleton<IBacktest>(provider => provider.GetRequiredService<T>());

    private static IServiceCollection AddRules(this IServiceCollection services) => services
        .AddSingleton<SampleStore>()
        .AddSingleton<DeploymentSampler>()
        .AddHostedService(provider => provider.GetRequiredService<DeploymentSampler>())
        .AddSingleton<IAlertSource, MonitorSource>()
        .AddSingleton<IAlertSource, DeploymentSource>()
        .AddSingleton<IAlertSource, DataTestSource>()
        .AddSingleton<IAlertSource, MetricSource>()
        .AddSingleton<Policies<IAlertSource>>()
        .AddSingleton<RuleStore>()
        .AddSingleton<CreateRule>()
        .AddSingleton<DeleteRule>()
        .AddSingleton<EvaluateRules>()
        .AddSingleton<TestRule>()
        .AddSingleton<ExportRules>();
}
