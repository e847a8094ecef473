using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>A policy over the monitor "flights" and the model "late", whose champion a gate has accepted.</summary>
public abstract class RetrainingBed(DatabaseProvider provider) : DatabaseContract(provider)
{
    private protected const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_target: {endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs: {type: data_drift}
            quality: {type: model_performance}
        """;

    private protected const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        job: ./train.yml
        inputs: {until: "${{window.to}}", week: "0"}
        triggers:
          drift: {minimum_features: 1}
          performance: {metric: accuracy, maximum_drop: 0.05}
          age: P28D
        cool_down: P14D
        minimum_new_labels: 500
        budget: {jobs: 2, period: P70D}
        """;

    private protected MonitoringHost Host { get; private set; } = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected async Task GivenAsync(bool withModel = true, string policy = Policy, string monitor = Monitor)
    {
        Host = new MonitoringHost(Database, Folder, Time);
        if (withModel)
        {
            var version = await Host.RegisterAsync(Profile(), Ct);
            await Host.Get<IGateLog>().RecordAsync(
                Caller.System,
                new GateDecision
                {
                    Id = "gate1",
                    Model = "late",
                    Candidate = version.Number,
                    Accepted = true,
                    Reason = "first",
                    EvidenceJson = """{"candidate":{"accuracy":1.0,"auc":null}}""",
                    DecidedAt = Time.GetUtcNow(),
                    DecidedBy = "test",
                },
                [],
                Ct);
        }

        await Host.DeclareAsync(monitor, Ct);
        await Host.DeclarePolicyAsync(policy, Ct);
    }
}
