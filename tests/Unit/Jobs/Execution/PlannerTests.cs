using Slipway.Data;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Planning;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs.Execution;

public sealed class PlannerTests
{
    private static readonly Digest s_tree = Digest.Of("tree"u8);

    [Fact]
    public void Inputs_of_the_pipeline_are_filled_in_wherever_they_stand()
    {
        var plan = Plan(
            """
            type: pipeline
            inputs: {rate: 0.1, where: big, rows: {type: uri_file, path: ./rows.csv}}
            jobs:
              train:
                command: "train --rate ${{inputs.rate}} --rows ${{inputs.rows}}"
                environment: azureml:any@latest
                environment_variables: {RATE: "${{parent.inputs.rate}}"}
                compute: ${{parent.inputs.where}}
                inputs:
                  rate: ${{parent.inputs.rate}}
                  rows: ${{parent.inputs.rows}}
            """,
            ("rows.csv", s_tree));

        var step = Assert.Single(plan.Steps);
        Assert.Equal(new LiteralSource("0.1"), step.Inputs[0].Source);
        Assert.Equal(new FileSource(new PlannedFile(s_tree, "rows.csv")), step.Inputs[1].Source);
        Assert.Equal("uri_file", step.Inputs[1].Type);
        Assert.Equal(("0.1", "big"), (step.EnvironmentVariables["RATE"], step.Compute));
        Assert.Equal("train --rate ${{inputs.rate}} --rows ${{inputs.rows}}", step.Settings["command"]!.GetValue<string>());
    }

    [Fact]
    public void A_pipeline_in_a_pipeline_becomes_steps_of_the_outer_one()
    {
        var plan = Plan(
            """
            type: pipeline
            jobs:
              first:
                command: one
                environment: azureml:any@latest
                outputs: {out: {type: uri_folder}}
              inner:
                type: pipeline
                inputs: {data: "${{parent.jobs.first.outputs.out}}"}
                outputs: {result: {type: uri_folder}}
                jobs:
                  prepare:
                    command: two
                    environment: azureml:any@latest
                    inputs: {data: "${{parent.inputs.data}}"}
                    outputs: {out: "${{parent.outputs.result}}"}
              last:
                command: three
                environment: azureml:any@latest
                inputs: {data: "${{parent.jobs.inner.outputs.result}}"}
            """);

        Assert.Equal(["first", "inner.prepare", "last"], plan.Steps.Select(step => step.Name));
        Assert.Equal(new StepSource(0, "out"), plan.Steps[1].Inputs[0].Source);
        Assert.Equal(new StepSource(1, "out"), plan.Steps[2].Inputs[0].Source);
        Assert.Equal([[], [0], [1]], plan.Steps.Select(step => step.WaitsFor));
    }

    [Fact]
    public void The_step_of_a_job_that_is_no_pipeline_has_the_name_of_the_job()
    {
        var plan = Plan("type: command\ncommand: ls ${{inputs.x}}\nenvironment: azureml:any@latest\ninputs: {x: 1}\nlimits: {timeout: 60}");

        var step = Assert.Single(plan.Steps);
        Assert.Equal(("hello", TimeSpan.FromMinutes(1)), (step.Name, step.Timeout));
        Assert.Equal(new LiteralSource("1"), step.Inputs[0].Source);
    }

    [Fact]
    public void The_first_and_the_last_step_stand_around_all_others()
    {
        var plan = Plan(
            """
            type: pipeline
            settings: {on_init: open, on_finalize: close}
            jobs:
              a: {command: a, environment: azureml:any@latest}
              open: {command: open, environment: azureml:any@latest}
              close: {command: close, environment: azureml:any@latest}
            """);

        var at = plan.Steps.Select((step, position) => (step.Name, position)).ToDictionary(pair => pair.Name, pair => pair.position);
        Assert.Equal([at["open"]], plan.Steps[at["a"]].WaitsFor);
        Assert.Empty(plan.Steps[at["open"]].WaitsFor);
        Assert.Equal(new[] { at["a"], at["open"] }.Order(), plan.Steps[at["close"]].WaitsFor);
        Assert.True(plan.Steps[at["close"]].Always);
    }

    [Fact]
    public void A_local_path_whose_tree_did_not_come_is_named()
    {
        var refusal = Assert.Throws<SlipwayException>(
            () => Plan("type: command\ncommand: ls\ncode: ./src\nenvironment: azureml:any@latest"));

        Assert.Contains("'./src' did not come with the job", refusal.Message);
    }

    [Fact]
    public void A_plan_is_the_same_after_it_was_kept()
    {
        var plan = Plan(
            """
            type: pipeline
            inputs: {rows: {type: uri_folder, path: azureml:rows@latest}}
            jobs:
              a: {command: a, environment: azureml:any@latest, inputs: {rows: "${{parent.inputs.rows}}", n: 3}, outputs: {out: {type: uri_file}}}
              b: {command: b, environment: azureml:any@latest, inputs: {x: "${{parent.jobs.a.outputs.out}}"}}
            """);

        var json = JobsJson.Write(plan);

        Assert.Equal(json, JobsJson.Write(JobsJson.ReadPlan(json)));
        Assert.Equal(plan.Steps[1].Inputs[0], JobsJson.ReadPlan(json).Steps[1].Inputs[0]);
    }

    [Theory]
    [InlineData("type: command\ncommand: ls\nenvironment: azureml:any@latest\nqueue_settings: {priority: High}", 1)]
    [InlineData("type: pipeline\njobs: {a: {command: ls, environment: azureml:any@latest, queue_settings: {priority: low}}}", -1)]
    [InlineData("type: command\ncommand: ls\nenvironment: azureml:any@latest", 0)]
    public void The_priority_of_a_job_or_step_is_planned(string yaml, int priority) =>
        Assert.Equal(priority, Plan(yaml).Steps[0].Priority);

    private static JobPlan Plan(string yaml, params (string Key, Digest Tree)[] files)
    {
        var definition = new DefinitionReader(new Policies<Slipway.Jobs.Contracts.IStepKind>([]))
            .ReadJob(new DefinitionText { Yaml = yaml, Source = "job.yml" });
        return Planner.Plan(definition, "hello", files.ToDictionary(file => file.Key, file => file.Tree));
    }
}
