using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Training.Steps;

public sealed class FlightsPipelineTests
{
    [Fact]
    public async Task The_example_is_a_pipeline_of_these_kinds()
    {
        await using var host = await TrainingHost.StartAsync();
        var file = Repository.Path("examples/flights/train.yml");
        var yaml = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        var job = new DefinitionReader(new Policies<IStepKind>(host.Get<IEnumerable<IStepKind>>()))
            .ReadJob(new DefinitionText { Yaml = yaml, Source = file, Open = _ => null });

        Assert.Equal(["train", "evaluate", "register", "gate", "promote"], job.Pipeline.Steps.Select(step => step.Name));
        Assert.Equal(["xgboost", "evaluate", "register", "gate", "promote"], job.Pipeline.Steps.Select(step => step.Kind));
        Assert.Equal(["evaluate", "gate", "promote", "register", "train"], job.Pipeline.Steps.SelectMany(step => step.DependsOn.Append(step.Name)).Distinct().Order());
        Assert.Equal(["register", "gate"], job.Pipeline.Steps[^1].DependsOn);
    }
}
