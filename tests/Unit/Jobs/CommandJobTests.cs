using Slipway.Jobs.Definitions;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class CommandJobTests
{
    private const string Hello =
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: >-
          python train.py --rate ${{inputs.rate}} --data ${{inputs.data}} --out ${{outputs.model}}
        code: src
        environment:
          image: library/python:latest
          conda_file: conda.yml
        inputs:
          rate: 0.10
          data:
            type: uri_file
            path: azureml:flights-raw@latest
            mode: download
        outputs:
          model:
            type: mlflow_model
            name: flights-late
        compute: azureml:cpu-cluster
        environment_variables:
          N: 01
        limits:
          timeout: 60
        experiment_name: flights
        tags: {team: data}
        """;

    [Fact]
    public void A_job_without_type_is_a_command_job_of_one_step()
    {
        var job = Yaml.Job(Hello);

        Assert.Equal("command", job.Type);
        Assert.False(job.IsPipeline);
        Assert.Equal("flights", job.Experiment);
        Assert.Equal("data", job.Tags["team"]);
        var step = Assert.Single(job.Pipeline.Steps);
        Assert.Equal(JobDefinition.SingleStep, step.Name);
        Assert.Equal("command", step.Kind);
        Assert.Equal("cpu-cluster", step.Compute!.ToString());
        Assert.Equal("1", step.EnvironmentVariables["N"]);
        Assert.Equal(60, (int)step.Limits!["timeout"]!);
        Assert.Equal("library/python:latest", (string)step.Settings["environment"]!["image"]!);
    }

    [Fact]
    public void Inputs_belong_to_the_job_and_are_bound_to_its_step()
    {
        var job = Yaml.Job(Hello);

        var rate = job.Pipeline.Inputs.Single(input => input.Name == "rate");
        Assert.Equal("number", rate.Type);
        Assert.Equal("0.10", ((LiteralValue)rate.Value!).Text.ToString());
        var data = job.Pipeline.Inputs.Single(input => input.Name == "data");
        Assert.Equal("uri_file", data.Type);
        Assert.Equal("download", data.Mode);
        var reference = Assert.IsType<AssetLabel>(((DataValue)data.Value!).Reference);
        Assert.Equal(("flights-raw", "latest"), (reference.Name, reference.Label));
        Assert.Equal(
            [new Expression(ExpressionKind.ParentInput, "rate"), new Expression(ExpressionKind.ParentInput, "data")],
            job.Pipeline.Steps[0].Inputs.Select(input => ((BoundValue)input.Value!).Expression));
    }

    [Fact]
    public void An_output_may_register_an_asset()
    {
        var output = Assert.Single(Yaml.Job(Hello).Pipeline.Outputs);

        Assert.Equal("flights-late", output.AssetName);
        Assert.Equal(new Expression(ExpressionKind.StepOutput, "model", JobDefinition.SingleStep), output.Producer);
        Assert.Null(Yaml.Job(Hello).Pipeline.Steps[0].Outputs[0].AssetName);
    }

    [Fact]
    public void Local_paths_are_found_wherever_they_stand()
    {
        var job = Yaml.Job(Hello);

        Assert.Equal(["conda.yml", "src"], job.LocalPaths.Select(path => path.Key).Order());
        Assert.Equal(["code", "environment.conda_file"], job.Pipeline.Steps[0].Files.Select(file => file.Field).Order());
    }

    [Fact]
    public void All_mistakes_are_reported_at_once_with_their_places()
    {
        var refusal = Yaml.Refusal(
            """
            comand: echo
            environment: azureml:python
            inputs:
              1st: a
              user: b
              rate: {type: nmber, path: x}
            limits: {timeout: soon}
            """).Split('\n');

        Assert.Equal(
            [
                "job.yml:1:1: comand: 'comand' is not a field of a command job. Did you mean 'command'?",
                "job.yml:1:1: command: This field is required and missing; expected text.",
                "job.yml:2:14: environment: 'azureml:python' does not name an environment: it needs a version or a label (azureml:python:1, azureml:python@latest).",
                "job.yml:4:3: inputs.1st: '1st' is not a name for this; expected letters, digits and '_', not beginning with a digit.",
                "job.yml:5:3: inputs.user: 'user' is reserved (so are path, ld_library_path, user, logname, home, pwd, shell); choose another name.",
                "job.yml:6:16: inputs.rate.type: 'nmber' is not allowed; expected one of uri_folder, uri_file, mltable, mlflow_model, custom_model, triton_model, string, integer, number, boolean. Did you mean 'number'?",
                "job.yml:7:19: limits.timeout: 'soon' is not allowed; expected a whole number of at least 1.",
            ],
            refusal.Select(line => line.Split(" Known: ")[0].Split(" Accepted: ")[0]));
    }

    [Theory]
    [InlineData("echo ${{inputs.rat}}", "names an input that does not exist. Did you mean 'rate'? Known: rate.")]
    [InlineData("echo ${{outputs.x}}", "names an output that does not exist. Known: artifacts.")]
    [InlineData("echo ${{input.rate}}", "is not an expression. Did you mean 'inputs'?")]
    [InlineData("echo ${{inputs.rate", "is never closed by '}}'")]
    [InlineData("echo ${{parent.inputs.rate}}", "may not stand here; allowed: ${{inputs.x}}, ${{outputs.x}}.")]
    [InlineData("echo ${{search_space.rate}}", "may not stand here")]
    [InlineData("echo ${{inputs.rate + 1}}", "is not an expression")]
    public void An_expression_in_a_command_must_mean_something(string command, string said)
    {
        var refusal = Yaml.Refusal($"command: {command}\nenvironment: azureml:e:1\ninputs: {{rate: 1}}");

        Assert.StartsWith("job.yml:1:10: command: ", refusal);
        Assert.Contains(said, refusal);
    }

    [Fact]
    public void Shell_variables_are_left_to_the_shell()
    {
        var job = Yaml.Job("command: echo $HOME ${HOME} $(date) {} % ${{ inputs.rate }}\nenvironment: azureml:e:1\ninputs: {rate: true}");

        Assert.Equal("echo $HOME ${HOME} $(date) {} % ${{ inputs.rate }}", (string)job.Pipeline.Steps[0].Settings["command"]!);
        Assert.Equal("True", ((LiteralValue)job.Pipeline.Inputs[0].Value!).Text.ToString());
    }

    [Fact]
    public void Environment_variables_are_not_expanded_and_not_checked()
    {
        var job = Yaml.Job("command: env\nenvironment: azureml:e:1\nenvironment_variables: {A: '${{inputs.nothing}}'}");

        Assert.Equal("${{inputs.nothing}}", job.Pipeline.Steps[0].EnvironmentVariables["A"]);
    }

    [Fact]
    public void Overrides_replace_literals_and_the_paths_of_data()
    {
        var job = Yaml.Job(Yaml.Text(Hello) with
        {
            Inputs = new Dictionary<string, string> { ["rate"] = "0.5", ["data"] = "azureml:flights-raw:3" },
        });

        Assert.Equal("0.5", ((LiteralValue)job.Pipeline.Inputs.Single(input => input.Name == "rate").Value!).Text.ToString());
        var data = job.Pipeline.Inputs.Single(input => input.Name == "data");
        Assert.Equal("uri_file", data.Type);
        Assert.Equal("3", ((AssetVersion)((DataValue)data.Value!).Reference).Version);
    }

    [Fact]
    public void An_override_is_brought_to_the_type_that_is_declared()
    {
        var text = Yaml.Text("command: x ${{inputs.s}}\nenvironment: azureml:e:1\ninputs: {s: {type: string}, n: {type: integer, default: 1}}");

        var job = Yaml.Job(text with { Inputs = new Dictionary<string, string> { ["s"] = "7", ["n"] = "2" } });
        var refusal = Yaml.Refusal(text with { Inputs = new Dictionary<string, string> { ["n"] = "two" } });

        Assert.Equal(["string 7", "integer 2"], job.Pipeline.Inputs.Select(input => $"{input.Type} {((LiteralValue)input.Value!).Text}"));
        Assert.Equal(
            "input:1:1: inputs.n: 'two' is not an integer; expected a whole number.\njob.yml:3:13: inputs.s: The input has no value; give it one (--set inputs.s=…).",
            refusal);
    }

    [Fact]
    public void An_override_of_an_unknown_input_names_the_nearest()
    {
        var refusal = Yaml.Refusal(Yaml.Text(Hello) with { Inputs = new Dictionary<string, string> { ["rte"] = "0.5" } });

        Assert.Contains("inputs.rte: The job has no input of this name. Did you mean 'rate'?", refusal);
    }

    [Fact]
    public void Edits_are_made_before_anything_is_checked()
    {
        var job = Yaml.Job(Yaml.Text("command: echo ${{inputs.rate}}\nenvironment: WRONG:1") with
        {
            Edits = ["environment=azureml:e:1", "inputs.rate=24", "tags.a=\"hello there\"", "resources.properties={\"a\": [1]}", "display_name="],
        });

        Assert.Equal("integer", job.Pipeline.Inputs[0].Type);
        Assert.Equal("hello there", job.Tags["a"]);
        Assert.Equal(1, (int)job.Pipeline.Steps[0].Resources!["properties"]!["a"]![0]!);
    }
}
