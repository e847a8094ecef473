using Slipway.Jobs.Definitions;
using Xunit;

namespace Slipway.Unit.Jobs;

/// <summary>Components of the workspace and in files of their own, and pipelines within pipelines.</summary>
public sealed class ComponentFileTests
{
    [Fact]
    public void A_component_of_the_workspace_is_looked_up_later()
    {
        var job = Yaml.Job(
            """
            type: pipeline
            jobs:
              a: {component: azureml:prepare, inputs: {anything: 1}, outputs: {out: }}
              b: {component: "azureml://registries/azureml/components/x/versions/1", inputs: {i: "${{parent.jobs.a.outputs.whatever}}"}}
            """);

        Assert.Equal("prepare", ((Named)job.Pipeline.Steps[0].ComponentReference!).Name);
        Assert.Equal(["a"], job.Pipeline.Steps[1].DependsOn);
    }

    [Fact]
    public void Inputs_that_a_component_does_not_have_are_dropped_unless_they_look_like_a_slip()
    {
        const string component = "name: c\ncommand: x ${{inputs.rate}}\nenvironment: azureml:e:1\ninputs: {rate: {type: number, default: 1}}";

        var step = Yaml.Job("type: pipeline\njobs: {a: {component: c.yml, inputs: {something_else: 1}}}", ("c.yml", component)).Pipeline.Steps[0];
        var refusal = Yaml.Refusal("type: pipeline\njobs: {a: {component: c.yml, inputs: {rat: 1}}}", ("c.yml", component));

        Assert.Equal(["rate"], step.Inputs.Select(input => input.Name));
        Assert.Contains("The component has no input 'rat'. Did you mean 'rate'?", refusal);
    }

    [Fact]
    public void Pipelines_nest()
    {
        var job = Yaml.Job(
            """
            type: pipeline
            jobs:
              inner: {type: pipeline, component: file:parts/inner.yml, inputs: {rows: 5}}
              last: {type: sql, query: x, inputs: {i: "${{parent.jobs.inner.outputs.table}}"}}
            """,
            ("parts/inner.yml",
            """
            type: pipeline
            name: inner
            inputs: {rows: {type: integer}, compute: {type: string, default: local}}
            outputs: {table: {type: uri_file}}
            jobs:
              only:
                component: {command: echo, environment: azureml:e:1, inputs: {n: {type: integer}}, outputs: {t: {type: uri_file}}}
                compute: ${{parent.inputs.compute}}
                inputs: {n: "${{parent.inputs.rows}}"}
                outputs: {t: "${{parent.outputs.table}}"}
            """));

        var inner = job.Pipeline.Steps[0];
        Assert.Equal("pipeline", inner.Kind);
        Assert.Equal(["rows", "compute"], inner.Pipeline!.Inputs.Select(input => input.Name));
        Assert.Equal(new Expression(ExpressionKind.StepOutput, "t", "only"), inner.Pipeline.Outputs[0].Producer);
        Assert.Equal("uri_file", job.Pipeline.Steps[1].Inputs[0].Type);
    }

    [Fact]
    public void Component_files_that_contain_each_other_are_refused()
    {
        const string nested = "type: pipeline\nname: x\njobs: {a: {component: OTHER}}";

        var refusal = Yaml.Refusal(
            "type: pipeline\njobs: {a: {component: a.yml}}",
            ("a.yml", nested.Replace("OTHER", "b.yml")),
            ("b.yml", nested.Replace("OTHER", "./a.yml")));

        Assert.Contains("b.yml:3:23: jobs.a.component: The component files contain each other in a circle: a.yml → b.yml → a.yml.", refusal);
    }

    [Fact]
    public void A_pipeline_component_runs_as_a_job()
    {
        var job = Yaml.Job(
            "type: pipeline\ncomponent: inner.yml\ninputs: {n: 4}",
            ("inner.yml", "type: pipeline\nname: x\ninputs: {n: {type: integer}}\njobs: {a: {type: sql, query: x, inputs: {i: '${{parent.inputs.n}}'}}}"));

        Assert.Equal("4", ((LiteralValue)job.Pipeline.Inputs[0].Value!).Text.ToString());
        Assert.Equal("a", job.Pipeline.Steps[0].Name);
    }
}
