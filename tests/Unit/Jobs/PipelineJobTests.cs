using Slipway.Jobs.Definitions;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class PipelineJobTests
{
    private const string Component =
        """
        name: train_model
        command: python train.py --data ${{inputs.data}} --rate ${{inputs.rate}} $[[--limit ${{inputs.limit}}]] --out ${{outputs.model}}
        code: ./src
        environment: {image: python, conda_file: env/conda.yml}
        inputs:
          data: {type: uri_folder}
          rate: {type: number, default: 0.1, min: 0, max: 1}
          limit: {type: integer, optional: true}
        outputs:
          model: {type: mlflow_model}
        """;

    private const string Pipeline =
        """
        type: pipeline
        inputs:
          raw: {type: uri_folder, path: ./data}
          rate: 0.5
        outputs:
          model:
        settings: {default_compute: azureml:cpu, continue_on_step_failure: false, default_datestore: x}
        jobs:
          train:
            type: command
            component: ./components/train.yml
            inputs:
              data: ${{parent.jobs.prepare.outputs.clean}}
              rate: ${{parent.inputs.rate}}
            outputs:
              model: ${{parent.outputs.model}}
          prepare:
            type: sql
            query: select * from ${{inputs.raw}} limit ${{parent.inputs.rate}}
            inputs: {raw: "${{parent.inputs.raw}}"}
            outputs: {clean: }
        """;

    [Fact]
    public void Steps_are_ordered_by_what_they_need()
    {
        var job = Yaml.Job(Pipeline, ("components/train.yml", Component));

        Assert.Equal(["prepare", "train"], job.Pipeline.Steps.Select(step => step.Name));
        Assert.Equal(["prepare"], job.Pipeline.Steps[1].DependsOn);
        Assert.Equal("sql", job.Pipeline.Steps[0].Kind);
        Assert.False(job.Pipeline.ContinueOnStepFailure);
        Assert.Equal("cpu", job.Pipeline.Steps[0].Compute!.ToString());
    }

    [Fact]
    public void A_component_is_merged_into_its_step()
    {
        var train = Yaml.Job(Pipeline, ("components/train.yml", Component)).Pipeline.Steps[1];

        Assert.Equal("train_model", train.Component);
        Assert.StartsWith("python train.py", (string)train.Settings["command"]!);
        Assert.Equal(["data", "rate", "limit"], train.Inputs.Select(input => input.Name));
        Assert.Null(train.Inputs[2].Value);
        Assert.Equal("mlflow_model", train.Outputs[0].Type);
        Assert.Equal("model", train.Outputs[0].ParentOutput);
    }

    [Fact]
    public void A_pipeline_output_is_the_output_that_is_bound_to_it()
    {
        var output = Yaml.Job(Pipeline, ("components/train.yml", Component)).Pipeline.Outputs[0];

        Assert.Equal(new Expression(ExpressionKind.StepOutput, "model", "train"), output.Producer);
        Assert.Equal("mlflow_model", output.Type);
    }

    [Fact]
    public void Paths_of_a_component_file_are_relative_to_it()
    {
        var job = Yaml.Job(Pipeline, ("components/train.yml", Component));

        Assert.Equal(
            ["components/env/conda.yml", "components/src", "components/train.yml", "data"],
            job.LocalPaths.Select(path => path.Key).Order(StringComparer.Ordinal));
        Assert.Equal("components/src", job.Pipeline.Steps[1].Files.Single(file => file.Field == "code").Path.Key);
    }

    [Fact]
    public void A_missing_component_file_is_named()
    {
        Assert.Equal(
            "job.yml:11:16: jobs.train.component: './components/train.yml' does not exist (looked for 'components/train.yml').",
            Yaml.Refusal(Pipeline));
    }

    [Fact]
    public void A_mistake_in_a_component_file_names_that_file()
    {
        var refusal = Yaml.Refusal(Pipeline, ("components/train.yml", Component.Replace("min: 0", "min: 0.2").Replace("code:", "cod:")));

        Assert.Contains("components/train.yml:3:1: cod: 'cod' is not a field of a command component. Did you mean 'code'?", refusal);
        Assert.Contains("components/train.yml:7:33: inputs.rate.default: 0.1 is below the minimum, which is 0.2.", refusal);
    }

    [Theory]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "data: ${{parent.jobs.prepar.outputs.clean}}", "jobs.train.inputs.data: There is no step 'prepar'. Did you mean 'prepare'?")]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "data: ${{parent.jobs.prepare.outputs.cleaned}}", "jobs.train.inputs.data: Step 'prepare' has no output 'cleaned'. Did you mean 'clean'?")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: ${{parent.inputs.rat}}\n", "jobs.train.inputs.rate: The pipeline has no input 'rat'. Did you mean 'rate'?")]
    [InlineData("model: ${{parent.outputs.model}}", "model: ${{parent.outputs.modl}}", "jobs.train.outputs.model: The pipeline has no output 'modl'. Did you mean 'model'?")]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "dat: ${{parent.jobs.prepare.outputs.clean}}", "jobs.train.inputs.dat: The component has no input 'dat'. Did you mean 'data'?")]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "limit: 1", "jobs.train.inputs.data: Component 'train_model' requires this input of type uri_folder, and nothing is given.")]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "data: ${{parent.inputs.rate}}", "jobs.train.inputs.data: ${{parent.inputs.rate}} is a number, and the input takes a uri_folder.")]
    [InlineData("data: ${{parent.jobs.prepare.outputs.clean}}", "data: hello", "jobs.train.inputs.data: The input takes content of type uri_folder, and the text 'hello' is given; write 'path: hello' below it.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: fast\n", "jobs.train.inputs.rate: 'fast' is not a number; expected a number.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: 2\n", "jobs.train.inputs.rate: 2 is above the maximum, which is 1.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: {path: azureml:x:1}\n", "jobs.train.inputs.rate: The input takes a number, and content is given; give the value itself.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: ${{parent.inputs.raw}}\n", "jobs.train.inputs.rate: ${{parent.inputs.raw}} is a uri_folder, and the input takes a number.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: 1${{parent.inputs.raw}}\n", "${{parent.inputs.raw}} is a uri_folder and stands among other text, where only literals may; give it alone.")]
    [InlineData("rate: ${{parent.inputs.rate}}\n", "rate: ${{inputs.rate}}\n", "jobs.train.inputs.rate: ${{inputs.rate}} may not stand here; allowed: ${{parent.inputs.x}}, ${{parent.jobs.step.outputs.x}}, ${{parent.jobs.step.inputs.x}}.")]
    [InlineData("model: ${{parent.outputs.model}}", "model: ${{parent.jobs.prepare.outputs.clean}}", "jobs.train.outputs.model: ${{parent.jobs.prepare.outputs.clean}} may not stand here")]
    [InlineData("type: sql", "type: sqll", "jobs.prepare.type: 'sqll' is not a type of a step. Did you mean 'sql'? Known: command, sweep, parallel, automl, spark, sql, pipeline.")]
    [InlineData("query:", "quer:", "jobs.prepare.quer: 'quer' is not a field of a sql step. Did you mean 'query'?")]
    [InlineData("query:", "rows: none\n    query:", "jobs.prepare.rows: 'none' is not allowed; expected a whole number of at least 1.")]
    [InlineData("limit ${{parent.inputs.rate}}", "limit ${{parent.inputs.rte}}", "jobs.prepare.query: The pipeline has no input 'rte'. Did you mean 'rate'?")]
    [InlineData("from ${{inputs.raw}}", "from ${{inputs.row}}", "jobs.prepare.query: ${{inputs.row}} names an input that does not exist. Did you mean 'raw'?")]
    [InlineData("  raw: {type: uri_folder, path: ./data}", "  raw: {type: uri_folder}", "inputs.raw.path: This field is required and missing; say where the content is.")]
    [InlineData("type: command", "type: sql", "jobs.train.type: The step is of type sql and its component of type command")]
    public void A_binding_must_fit(string right, string wrong, string said)
    {
        Assert.Contains(right, Pipeline);

        var refusal = Yaml.Refusal(Pipeline.Replace(right, wrong), ("components/train.yml", Component));

        Assert.Contains(said, refusal);
    }

    [Fact]
    public void Steps_that_need_each_other_are_refused_with_their_lines()
    {
        var refusal = Yaml.Refusal(
            """
            type: pipeline
            jobs:
              first: {type: sql, query: x, inputs: {i: "${{parent.jobs.second.outputs.o}}"}, outputs: {o: }}
              free: {type: sql, query: x, inputs: {i: "${{parent.jobs.first.outputs.o}}"}}
              second: {type: sql, query: x, inputs: {i: "${{parent.jobs.first.outputs.o}}"}, outputs: {o: }}
            """);

        Assert.Equal(
            "job.yml:3:3: jobs.first: The steps need each other in a circle: 'first' (line 3) needs 'second', 'second' (line 5) needs 'first'.",
            refusal);
    }

    [Fact]
    public void A_step_that_needs_itself_is_a_circle()
    {
        var refusal = Yaml.Refusal(
            """
            type: pipeline
            jobs:
              a: {type: sql, query: x, inputs: {i: "${{parent.jobs.a.outputs.o}}"}, outputs: {o: }}
            """);

        Assert.Contains("circle: 'a' (line 3) needs 'a'.", refusal);
    }

    [Fact]
    public void An_input_of_another_step_is_what_that_step_was_given()
    {
        var job = Yaml.Job(
            """
            type: pipeline
            inputs: {n: 3}
            jobs:
              a: {type: sql, query: x, inputs: {i: "${{parent.inputs.n}}"}}
              b: {type: sql, query: x, inputs: {j: "${{parent.jobs.a.inputs.i}}"}}
            """);

        var value = Assert.IsType<BoundValue>(job.Pipeline.Steps[1].Inputs[0].Value);
        Assert.Equal(new Expression(ExpressionKind.ParentInput, "n"), value.Expression);
        Assert.Empty(job.Pipeline.Steps[1].DependsOn);
    }

    [Fact]
    public void Inputs_that_name_each_other_lead_nowhere()
    {
        var refusal = Yaml.Refusal(
            """
            type: pipeline
            jobs:
              a: {type: sql, query: x, inputs: {i: "${{parent.jobs.b.inputs.i}}"}}
              b: {type: sql, query: x, inputs: {i: "${{parent.jobs.a.inputs.i}}"}}
            """);

        Assert.Contains("leads back to itself", refusal);
    }

    [Fact]
    public void Only_optional_inputs_may_stand_in_brackets_and_only_there()
    {
        var refusal = Yaml.Refusal(
            Pipeline,
            ("components/train.yml", Component.Replace("$[[--limit ${{inputs.limit}}]]", "${{inputs.limit}}").Replace("--rate ${{inputs.rate}}", "$[[${{inputs.rate}}]]")));

        Assert.Contains("${{inputs.limit}} is optional and may be absent", refusal);
        Assert.Contains("${{inputs.rate}} stands in $[[…]], and the input is always there", refusal);
    }

    [Fact]
    public void An_optional_input_of_a_pipeline_cannot_feed_a_required_one()
    {
        var refusal = Yaml.Refusal(
            "type: pipeline\njobs: {a: {component: p.yml}}",
            ("p.yml", "type: pipeline\nname: p\ninputs: {n: {type: integer, optional: true}}\njobs: {b: {component: c.yml, inputs: {m: '${{parent.inputs.n}}'}}}"),
            ("c.yml", "name: c\ncommand: x ${{inputs.m}}\nenvironment: azureml:e:1\ninputs: {m: {type: integer}}"));

        Assert.Equal(
            "p.yml:4:39: jobs.b.inputs.m: ${{parent.inputs.n}} is optional and has no default, and the component requires this input.",
            refusal);
    }

    [Fact]
    public void Steps_that_Azure_ML_knows_may_have_fields_that_nobody_knows_but_no_misspelt_ones()
    {
        var job = Yaml.Job("type: pipeline\njobs: {a: {command: x, environment: azureml:e:1, zzz: 1}}");

        Assert.Single(job.Pipeline.Steps);
        Assert.Contains("Did you mean 'environment'?", Yaml.Refusal("type: pipeline\njobs: {a: {command: x, enviroment: azureml:e:1}}"));
        Assert.Contains("'zzz' is not a field of a sql step.", Yaml.Refusal("type: pipeline\njobs: {a: {type: sql, query: x, zzz: 1}}"));
    }

    [Fact]
    public void AutoML_takes_its_tables_as_inputs()
    {
        var job = Yaml.Job(
            """
            type: pipeline
            inputs: {train: {type: mltable, path: azureml:t:1}}
            outputs: {best: }
            jobs:
              learn:
                type: automl
                task: classification
                training_data: ${{parent.inputs.train}}
                validation_data: {path: "${{parent.jobs.split.outputs.o}}", type: mltable}
                target_column_name: late
                primary_metric: AUC_weighted
                outputs: {best_model: {type: mlflow_model, path: "${{parent.outputs.best}}"}}
              split: {type: sql, query: x, outputs: {o: {type: mltable}}}
            """);

        var learn = job.Pipeline.Steps[1];
        Assert.Equal(["training_data", "validation_data"], learn.Inputs.Select(input => input.Name));
        Assert.Equal(["split"], learn.DependsOn);
        Assert.Equal("best_model", job.Pipeline.Outputs[0].Producer!.Name);
    }

    [Fact]
    public void A_thousand_steps_are_read_in_a_blink()
    {
        var steps = Enumerable.Range(0, 1000).Select(i =>
            $"  s{i}: {{type: sql, query: x, inputs: {{i: \"{(i == 0 ? "1" : $"${{{{parent.jobs.s{i - 1}.outputs.o}}}}")}\"}}, outputs: {{o: }}}}");

        var job = Yaml.Job("type: pipeline\njobs:\n" + string.Join('\n', steps));

        Assert.Equal(1000, job.Pipeline.Steps.Count);
    }

    [Theory]
    [InlineData("on_init: c", "settings.on_init: There is no step 'c'.")]
    [InlineData("on_init: a, on_finalize: a", "on_init and on_finalize must be two steps.")]
    [InlineData("on_init: a, on_finalize: b", "At least one step must be left")]
    public void Steps_before_and_after_all_others_are_checked(string settings, string said)
    {
        var refusal = Yaml.Refusal($"type: pipeline\nsettings: {{{settings}}}\njobs: {{a: {{type: sql, query: x}}, b: {{type: sql, query: x}}}}");

        Assert.Contains(said, refusal);
    }
}
