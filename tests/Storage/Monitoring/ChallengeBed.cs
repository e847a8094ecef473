using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>A policy with a rollout, and a challenger that comes as far as the test leads it.</summary>
public abstract class ChallengeBed(DatabaseProvider provider) : DatabaseContract(provider)
{
    private protected const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        job: ./train.yml
        triggers: {age: P1D}
        rollout:
          interval: 1m
          criteria: {error_rate: {maximum: 0.01}}
          steps:
          - {traffic: 5, minimum_samples: 500}
          - traffic: 100
        """;

    private protected MonitoringHost Host { get; set; } = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected async Task<string> TrainingAsync(int? champion = 1)
    {
        Host = new MonitoringHost(Database, Folder, Time);
        if (champion is not null)
            await Host.RegisterAsync(Profile(), Ct);
        await Host.DeclareAsync(MonitorBed.Monitor, Ct);
        await Host.DeclarePolicyAsync(Policy, Ct);
        return (await Host.EvaluateAsync(Week(3), Ct)).JobName!;
    }

    private protected async Task<string> TrainedAsync(bool accepted, int? champion = 1)
    {
        var job = await TrainingAsync(champion);
        if (champion is null)
            await RegisterAsync();
        await GateAsync(job, accepted);
        return job;
    }

    private protected async Task<string> RollingOutAsync()
    {
        var job = await TrainedAsync(accepted: true);
        await Host.TickAsync(Ct);
        return job;
    }

    private protected async Task EndAsync(string job, bool hasCompleted, string message)
    {
        Host.Rollouts.All[job] = new RolloutProgress(job, IsOver: true, hasCompleted, message);
        await Host.TickAsync(Ct);
    }

    /// <summary>The job registers the next version, and its gate decides.</summary>
    private protected async Task GateAsync(string job, bool accepted)
    {
        var version = await RegisterAsync();
        await Host.Get<IGateLog>().RecordAsync(
            Caller.System,
            new GateDecision
            {
                Id = $"{job}-gate",
                Model = "late",
                Candidate = version.Number,
                Accepted = accepted,
                Reason = accepted ? "brier is better" : "brier is worse",
                EvidenceJson = "{}",
                DecidedAt = Time.GetUtcNow(),
                DecidedBy = "test",
            },
            [],
            Ct);
        Host.Jobs.Over[job] = SubmittedJobs.Of(job, JobStatus.Completed, new JobStep
        {
            Name = "gate",
            Kind = "gate",
            Status = JobStatus.Completed,
            RunId = $"{job}-gate",
            Reused = false,
            Outputs = new Dictionary<string, StepOutput>(),
        });
    }

    private protected async Task<ModelVersion> RegisterAsync() => await Host.Get<IModelRegistry>().RegisterAsync(
        Caller.System, new NewModelVersion { Model = "late", Tree = (await Host.Content.PutTreeAsync([], Ct)).Digest, Flavor = "onnx" }, Ct);

    private protected Task<RetrainingDecision> ByHandAsync(int week) => Host.Get<EvaluatePolicy>().RunAsync(
        Caller.System, "flights", Week(week), Week(week).To, new Dictionary<string, string>(), Ct, byHand: true);

    private protected async Task<Challenge> OnlyAsync() => Assert.Single(await Host.Get<ChallengeStore>().ListAsync(WorkspaceName.Default, "flights", Ct));

    private protected async Task<int?> ChampionAsync() => (await Host.Get<IModelRegistry>().FindAsync(Caller.System, "late@champion", Ct))?.Number;
}
