using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Shared;
using Slipway.Statistics.Search;
using Slipway.Tracking.Contracts;
using Slipway.Training.Automl;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Search;
using Slipway.Training.Export;
using Slipway.Unit.Training.Steps;
using Xunit;

namespace Slipway.Unit.Training.Automl;

public sealed class TrialSearchTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trial_whose_time_is_up_is_ended_and_the_others_count()
    {
        await using var host = await TrainingHost.StartAsync();
        var (search, runId) = await GivenAsync(host, limits => limits with { MostTrials = 3, TrialTimeout = TimeSpan.FromMinutes(1) }, new Learner("endless", Waits), new Learner("quick", Answers));

        var (best, all) = await search.RunAsync(Ct);

        Assert.Equal("quick", best.Trial.Learner.Name);
        Assert.Equal([RunStatus.Killed, RunStatus.Finished, RunStatus.Finished], all.Select(result => result.Status));
        var run = await host.Tracking.FindRunAsync(TrainingHost.Caller, TrialRuns.IdOf(runId, 0), Ct);
        Assert.Equal(RunStatus.Killed, run!.Status);
        Assert.Contains("trial_timeout_minutes", run.Tags["slipway.message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_whole_time_is_up_the_best_so_far_is_the_result()
    {
        await using var host = await TrainingHost.StartAsync();
        var (search, _) = await GivenAsync(host, limits => limits with { Timeout = TimeSpan.FromMinutes(1) }, new Learner("quick", Answers), new Learner("endless", Waits));

        var (best, all) = await search.RunAsync(Ct);

        Assert.Equal("quick", best.Trial.Learner.Name);
        Assert.Equal(RunStatus.Killed, all[^1].Status);
    }

    [Fact]
    public async Task A_learner_that_does_not_get_on_with_the_data_fails_alone()
    {
        await using var host = await TrainingHost.StartAsync();
        var (search, _) = await GivenAsync(host, limits => limits with { MostTrials = 2 }, new Learner("touchy", Refuses), new Learner("quick", Answers));

        var (best, all) = await search.RunAsync(Ct);

        Assert.Equal("quick", best.Trial.Learner.Name);
        Assert.Equal((RunStatus.Failed, "Not with me."), (all[0].Status, all[0].Message));
    }

    [Fact]
    public async Task When_no_trial_ends_well_the_reason_of_the_first_is_told()
    {
        await using var host = await TrainingHost.StartAsync();
        var (search, _) = await GivenAsync(host, limits => limits with { MostTrials = 3 }, new Learner("touchy", Refuses));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => search.RunAsync(Ct));

        Assert.Equal("None of 3 trials ended well. touchy: Not with me.", refusal.Message);
    }

    private async Task<(TrialSearch Search, string RunId)> GivenAsync(TrainingHost host, Func<AutomlLimits, AutomlLimits> limits, params ILearner[] learners)
    {
        var run = await host.Tracking.StartRunAsync(TrainingHost.Caller, new NewRun { Experiment = "tests" }, Ct);
        var step = new PlayedStep
        {
            Caller = TrainingHost.Caller,
            StepId = "job/step",
            JobName = "job",
            RunId = run.Id,
            Inputs = new Dictionary<string, Slipway.Jobs.Contracts.StepInput>(),
            OutputFolders = new Dictionary<string, string>(),
            Settings = [],
            WorkFolder = "",
            Log = new StringWriter(),
        };
        var settings = AutomlSettings.Read(new JsonObject { ["task"] = "regression", ["target_column_name"] = "y" });
        settings = settings with { Learners = learners, Limits = limits(settings.Limits) };
        var features = new FeatureTable(["x"], [[1, 2, 3]]);
        var fold = new PreparedFold { Encoders = [], Train = new LearningSet(features, [1, 2, 3], [], 0), Valid = features, Truth = [1, 2, 3], Range = 2 };
        return (new TrialSearch([fold], settings, new TrialRuns(host.Tracking, step, _time), step.Log, _time), run.Id);
    }

    private FittedModel Waits(CancellationToken ct)
    {
        _time.Advance(TimeSpan.FromMinutes(2));
        ct.WaitHandle.WaitOne();
        throw new OperationCanceledException(ct);
    }

    private static FittedModel Answers(CancellationToken ct) => new Known();

    private static FittedModel Refuses(CancellationToken ct) => throw SlipwayException.Invalid("Not with me.");

    private sealed class Learner(string name, Func<CancellationToken, FittedModel> fit) : ILearner
    {
        public string Name => name;

        public SearchSpace Space { get; } = new([new Dimension("a", Distribution.Uniform(0, 1))]);

        public IReadOnlyList<double> Usual => [0.5];

        public IReadOnlyDictionary<string, string> Describe(IReadOnlyList<double> point) => new Dictionary<string, string> { ["a"] = "1" };

        public FittedModel Fit(LearningSet set, IReadOnlyList<double> point, int threads, CancellationToken ct) => fit(ct);
    }

    private sealed class Known() : FittedModel(null)
    {
        public override double[] Predict(FeatureTable features) => [1, 2, 4];

        public override string AddTo(OnnxGraph graph, string features) => throw new NotSupportedException();
    }
}
