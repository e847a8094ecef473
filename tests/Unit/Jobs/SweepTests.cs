using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class SweepTests
{
    private const string Sweep =
        """
        type: sweep
        trial:
          command: python train.py --rate ${{search_space.rate}} --data ${{inputs.data}}
          code: src
          environment: azureml:sklearn-1.5@latest
        inputs: {data: {type: uri_file, path: azureml:d:1}}
        outputs: {model: }
        sampling_algorithm: random
        search_space:
          rate: {type: uniform, min_value: 0.01, max_value: 0.9}
        objective: {primary_metric: auc, goal: Maximize}
        limits: {max_total_trials: 20, max_concurrent_trials: 4, timeout: 7200}
        early_termination: {type: bandit, slack_factor: 0.1, delay_evaluation: 5}
        """;

    [Fact]
    public void A_sweep_has_a_trial_a_space_and_an_objective()
    {
        var step = Yaml.Job(Sweep).Pipeline.Steps[0];

        Assert.Equal("sweep", step.Kind);
        Assert.Equal("maximize", (string)step.Settings["objective"]!["goal"]!);
        Assert.Equal(20, (int)step.Limits!["max_total_trials"]!);
        Assert.Equal(0.9, (double)step.Settings["search_space"]!["rate"]!["max_value"]!);
        Assert.StartsWith("python train.py", (string)step.Trial!.Settings["command"]!);
        Assert.Equal("src", Assert.Single(step.Trial.Files).Path.Key);
    }

    [Fact]
    public void The_space_supplies_inputs_of_a_trial_component()
    {
        var step = Yaml.Job(
            """
            type: pipeline
            jobs:
              tune:
                type: sweep
                trial: ./train.yml
                inputs: {data: {type: uri_file, path: azureml:d:1}}
                sampling_algorithm: {type: grid}
                search_space: {rate: {type: choice, values: [0.1, 0.2]}}
                objective: {primary_metric: auc, goal: minimize}
                outputs: {model: }
            """,
            ("train.yml", "name: train\ncommand: t ${{inputs.data}} ${{inputs.rate}}\nenvironment: azureml:e:1\ninputs: {data: {type: uri_file}, rate: {type: number}}\noutputs: {model: {type: mlflow_model}}"))
            .Pipeline.Steps[0];

        Assert.Equal(["data"], step.Inputs.Select(input => input.Name));
        Assert.Equal("mlflow_model", step.Outputs[0].Type);
        Assert.Equal("train", step.Trial!.Component);
    }

    [Theory]
    [InlineData("search_space.rate}}", "search_space.rat}}", "trial.command: ${{search_space.rat}} names a search space that does not exist. Did you mean 'rate'?")]
    [InlineData("sampling_algorithm: random", "sampling_algorithm: grid", "search_space.rate: grid sampling cannot search a uniform space; it takes choice.")]
    [InlineData("sampling_algorithm: random", "sampling_algorithm: bayesian", "early_termination: bayesian sampling goes without early termination; remove it.")]
    [InlineData("sampling_algorithm: random", "sampling_algorithm: {type: randm}", "'randm' is not a type of a sampling algorithm. Did you mean 'random'?")]
    [InlineData("slack_factor: 0.1", "slack_factor: 0.1, slack_amount: 1", "'slack_amount' and 'slack_factor' exclude each other; remove one of them.")]
    [InlineData("slack_factor: 0.1, ", "", "early_termination: One of slack_factor, slack_amount is needed, and none is given.")]
    [InlineData("max_concurrent_trials: 4", "max_concurrent_trials: 40", "limits.max_concurrent_trials: 40 is above max_total_trials, which is 20.")]
    [InlineData("min_value: 0.01", "min_value: 2", "search_space.rate.min_value: 2 is above max_value, which is 0.9.")]
    [InlineData(", max_value: 0.9", "", "search_space.rate.max_value: This field is required and missing; expected a number.")]
    [InlineData("type: uniform", "type: unifrm", "'unifrm' is not a type of a search space. Did you mean 'uniform'?")]
    [InlineData("goal: Maximize", "goal: most", "objective.goal: 'most' is not allowed; expected one of minimize, maximize.")]
    [InlineData("  environment: azureml:sklearn-1.5@latest\n", "", "trial.environment: This field is required and missing")]
    [InlineData("search_space:\n  rate: {type: uniform, min_value: 0.01, max_value: 0.9}", "search_space: {}", "search_space: This is empty; at least one entry is needed.")]
    public void A_sweep_that_makes_no_sense_is_refused(string right, string wrong, string said)
    {
        Assert.Contains(right, Sweep);

        Assert.Contains(said, Yaml.Refusal(Sweep.Replace(right, wrong)));
    }
}
