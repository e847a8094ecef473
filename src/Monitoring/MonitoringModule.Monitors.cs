using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Monitoring.Measures;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Reports;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring;

/// <content>Monitors, and the policies that stand on them.</content>
public static partial class MonitoringModule
{
    private static IServiceCollection AddMonitors(this IServiceCollection services) => services
        .AddSingleton<MonitorStore>()
        .AddSingleton<RunStore>()
        .AddSingleton<HistogramStore>()
        .AddSingleton<ShowReport>()
        .AddSingleton<References>()
        .AddSingleton<FeatureRanking>()
        .AddSingleton<CustomMeasurement>()
        .AddSingleton<ProfileMeasurement>()
        .AddSingleton<SignalMeasurement>()
        .AddSingleton<CreateMonitor>()
        .AddSingleton<DeclareMonitor>()
        .AddSingleton<AdoptMonitors>()
        .AddHostedService(provider => provider.GetRequiredService<AdoptMonitors>())
        .AddSingleton<Coverage>()
        .AddSingleton<RunMonitor>()
        .AddSingleton<MonitorRound>();

    private static IServiceCollection AddPolicies(this IServiceCollection services) => services
        .AddSingleton<IContentRoots, PolicyRoots>()
        .AddSingleton<PolicyStore>()
        .AddSingleton<DecisionStore>()
        .AddSingleton<DecisionLog>()
        .AddSingleton<FactFinder>()
        .AddSingleton<TrainingSubmission>()
        .AddSingleton<ChallengeStore>()
        .AddSingleton<ChallengeLog>()
        .AddSingleton<EndChallenge>()
        .AddSingleton<StartRollout>()
        .AddSingleton<FollowChallenges>()
        .AddSingleton<CancelChallenge>()
        .AddSingleton<CreatePolicy>()
        .AddSingleton<EvaluatePolicy>()
        .AddHostedService<RetrainingTimer>();
}
