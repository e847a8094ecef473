using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class AutomlDefinitionTests
{
    private const string Job = "type: automl\ntask: regression\ntarget_column_name: y\ntraining_data: {type: mltable, path: azureml:t:1}\nlimits: {max_trials: 5}\n";

    [Fact]
    public void The_best_model_is_an_output_whether_or_not_it_is_named()
    {
        var silent = Assert.Single(Yaml.Job(Job).Pipeline.Steps);
        var named = Assert.Single(Yaml.Job(Job + "outputs: {best_model: {type: custom_model, name: best}}").Pipeline.Steps);

        Assert.Equal(("best_model", "mlflow_model"), (Assert.Single(silent.Outputs).Name, silent.Outputs[0].Type));
        Assert.Equal(("best_model", "custom_model"), (Assert.Single(named.Outputs).Name, named.Outputs[0].Type));
    }

    [Fact]
    public void Its_limits_say_what_is_made_and_are_a_setting()
    {
        var step = Assert.Single(Yaml.Job(Job).Pipeline.Steps);

        Assert.Equal("5", step.Settings["limits"]!["max_trials"]!.ToString());
        Assert.Null(step.Settings["training_data"]);
    }
}
