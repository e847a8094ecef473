using System.Reflection;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Storage.Monitoring;

internal sealed class KeptCounts : IDeploymentCounts
{
    public List<DeploymentCounts> All { get; } = [];

    public IReadOnlyList<DeploymentCounts> Read() => [.. All];
}

/// <summary>What was collected in each window, as SQL.</summary>
internal sealed class CollectedQueries : ICollectedData
{
    public Dictionary<TimeWindow, string> Windows { get; } = [];

    public Task<string?> QueryAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        Task.FromResult(Windows.GetValueOrDefault(window));

    /// <summary>How much of each window was kept.</summary>
    public Dictionary<TimeWindow, CollectedCounts> Counts { get; } = [];

    public Task<IReadOnlyList<CollectedCounts>> CountAsync(Caller caller, string endpoint, TimeWindow window, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<CollectedCounts>>(Counts.TryGetValue(window, out var counts) ? [counts] : []);

    public Task FlushAsync(CancellationToken ct) => Task.CompletedTask;

    public Task<long> AddLabelsAsync(
        Caller caller, string endpoint, IReadOnlyList<string> predictionIds, IReadOnlyList<double> labels, CancellationToken ct) =>
        throw new NotSupportedException();
}

/// <summary>What was profiled in each window; a reader gets a copy.</summary>
internal sealed class KeptAnswers : IAnswerProfiles
{
    public List<ProfiledAnswers> All { get; } = [];

    public Task<IReadOnlyList<ProfiledAnswers>> ReadAsync(Caller caller, string endpoint, string? deployment, TimeWindow window, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ProfiledAnswers>>(
        [
            .. All.Where(answers => answers.Window == window && (deployment is null || answers.Deployment == deployment))
                .OrderByDescending(answers => answers.Profile.Rows),
        ]);
}

/// <summary>Keeps what was submitted; refuses while it is told to.</summary>
internal sealed class SubmittedJobs : IJobs
{
    public Dictionary<string, NewJob> All { get; } = [];

    public int Calls { get; private set; }

    public string? Refusal { get; set; }

    /// <summary>What any job comes to at once, when it is set.</summary>
    public Job? Outcome { get; set; }

    public NewJob? Last { get; private set; }

    public Task<NewJob?> FindSubmittedAsync(Caller caller, string name, CancellationToken ct) => Task.FromResult(All.GetValueOrDefault(name));

    public Task<Job> SubmitAsync(Caller caller, NewJob wanted, CancellationToken ct)
    {
        Calls++;
        if (Refusal is not null)
            throw SlipwayException.Invalid(Refusal);
        if (Outcome is { } outcome)
        {
            Last = wanted;
            return Task.FromResult(outcome);
        }

        Assert.True(wanted.ReturnExisting);
        All.TryAdd(wanted.Name!, wanted);
        return Task.FromResult(Of(wanted.Name!, JobStatus.Queued));
    }

    /// <summary>What a job came to, by its name.</summary>
    public Dictionary<string, Job> Over { get; } = [];

    public List<string> Canceled { get; } = [];

    public Task<Job?> FindAsync(Caller caller, string name, CancellationToken ct) =>
        Task.FromResult(Over.GetValueOrDefault(name) ?? (All.ContainsKey(name) ? Of(name, JobStatus.Running) : null));

    public static Job Of(string name, JobStatus status, params IEnumerable<JobStep> steps) => new()
    {
        Name = name,
        Type = "pipeline",
        Experiment = "flights",
        Status = status,
        RunId = "run1",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Tags = new Dictionary<string, string>(),
        Steps = [.. steps],
    };

    public Task<Job> WaitAsync(Caller caller, string name, CancellationToken ct) => Task.FromResult(Outcome!);

    public Task CancelAsync(Caller caller, string name, CancellationToken ct)
    {
        Canceled.Add(name);
        return Task.CompletedTask;
    }
}

internal sealed class HeardEvents : IEventHandler<DriftFound>, IEventHandler<AlertRaised>, IEventHandler<AlertResolved>
{
    public List<IEvent> All { get; } = [];

    public Task HandleAsync(DriftFound happened, CancellationToken ct) => Keep(happened);

    public Task HandleAsync(AlertRaised happened, CancellationToken ct) => Keep(happened);

    public Task HandleAsync(AlertResolved happened, CancellationToken ct) => Keep(happened);

    private Task Keep(IEvent happened)
    {
        All.Add(happened);
        return Task.CompletedTask;
    }
}

/// <summary>Rollouts that stand where the test puts them.</summary>
internal sealed class BegunRollouts : IRollouts
{
    public Dictionary<string, RolloutProgress> All { get; } = [];

    public List<string> Started { get; } = [];

    public string? Refusal { get; set; }

    public Task<RolloutProgress> StartAsync(
        Caller caller, RolloutPlan plan, string name, string endpoint, string candidate, CancellationToken ct)
    {
        if (All.TryGetValue(name, out var begun))
            return Task.FromResult(begun);
        if (Refusal is not null)
            throw SlipwayException.Conflict(Refusal);
        Started.Add(plan.For(name, endpoint, candidate));
        return Task.FromResult(All[name] = new RolloutProgress(name, IsOver: false, HasCompleted: false, "Step 1 of 2 began: 5 %."));
    }

    public Task<RolloutProgress?> FindAsync(Caller caller, string name, CancellationToken ct) => Task.FromResult(All.GetValueOrDefault(name));

    public Task<RolloutProgress> AbortAsync(Caller caller, string name, string reason, CancellationToken ct) => Task.FromResult(
        All[name].IsOver ? All[name] : All[name] = new RolloutProgress(name, IsOver: true, HasCompleted: false, reason));
}

/// <summary>One endpoint, "flights", whose deployment "blue" serves the model "late". (A proxy's base cannot be sealed.)</summary>
public class FakeEndpoints : DispatchProxy
{
    public OnlineEndpoint Flights { get; set; } = new()
    {
        Name = "flights",
        Traffic = new Dictionary<string, int> { ["blue"] = 100 },
        MirrorTraffic = new Dictionary<string, int>(),
        Collect = CollectMode.Wait,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Deployments = [Deployment("blue", 1, new DeploymentSettings { Threads = 2 })],
    };

    /// <summary>What was deployed and deleted, in order.</summary>
    public List<string> Acts { get; } = [];

    public static FakeEndpoints Create() => (FakeEndpoints)(object)Create<IEndpoints, FakeEndpoints>();

    // The interface is long, and monitoring asks it few questions.
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(IEndpoints.FindAsync) => Task.FromResult((string)args![1]! == Flights.Name ? Flights : null),
        nameof(IEndpoints.DeployAsync) => Deploy((string)args![2]!, (string)args[3]!, (DeploymentSettings)args[4]!),
        nameof(IEndpoints.DeleteDeploymentAsync) => Delete((string)args![2]!),
        _ => throw new NotSupportedException(targetMethod.Name),
    };

    private static OnlineDeployment Deployment(string name, int version, DeploymentSettings settings) => new()
    {
        Endpoint = "flights",
        Name = name,
        Model = "late",
        ModelVersion = version,
        State = "Succeeded",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Settings = settings,
    };

    private Task<OnlineDeployment> Deploy(string name, string model, DeploymentSettings settings)
    {
        Acts.Add($"+{name} {model} threads={settings.Threads}");
        var wanted = Deployment(name, int.Parse(model.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), settings);
        Flights = Flights with { Deployments = [.. Flights.Deployments.Where(known => known.Name != name), wanted] };
        return Task.FromResult(wanted);
    }

    private Task Delete(string name)
    {
        Acts.Add($"-{name}");
        Flights = Flights with { Deployments = [.. Flights.Deployments.Where(known => known.Name != name)] };
        return Task.CompletedTask;
    }
}
