using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class DefinitionProperties
{
    private const string Whole =
        """
        $schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
        type: pipeline
        description: |
          Two lines
          of text.
        inputs: &in
          rate: 0.5
          'data': {type: uri_file, path: "azureml:d@latest"}
        outputs: {model: {type: mlflow_model, mode: upload}}
        settings: {default_compute: azureml:cpu}
        jobs:
          prepare:
            component: ./a.yml
            inputs: {data: '${{parent.inputs.data}}'}
          train:
            type: sql
            query: >-
              select ${{inputs.n}} from
              ${{parent.inputs.rate}}
            inputs: {n: "${{parent.jobs.prepare.outputs.out}}"}
            outputs:
              m: ${{parent.outputs.model}}
        """;

    private const string Component =
        "name: a\ncommand: x ${{inputs.data}} $[[${{inputs.o}}]]\nenvironment: {image: x}\n"
        + "inputs: {data: {type: uri_file}, o: {type: integer, optional: true}}\noutputs: {out: {type: uri_folder}}\n";

    [Fact]
    public void Every_prefix_of_a_file_is_read_or_refused()
    {
        var bytes = Encoding.UTF8.GetBytes(Whole);
        Yaml.Job(Whole, ("a.yml", Component));

        for (var length = 0; length < bytes.Length; length++)
            ReadOrRefuse(Encoding.UTF8.GetString(bytes, 0, length), Component);
    }

    [Fact]
    public void Every_prefix_of_a_component_file_is_read_or_refused()
    {
        for (var length = 0; length < Component.Length; length++)
            ReadOrRefuse(Whole, Component[..length]);
    }

    [Fact]
    public void A_file_with_anything_in_any_place_is_read_or_refused()
    {
        string[] pieces = ["{", "}", "[", "]", ":", "- ", "\n", "  ", "&a ", "*a", "<<: ", "${{", "}}", "$[[", "'", "\"", "|", "~", "\u0000", "!!x ", "é", "null", "? "];
        var random = new System.Random(7);
        for (var round = 0; round < 1500; round++)
        {
            var at = random.Next(Whole.Length);
            var cut = Math.Min(random.Next(4), Whole.Length - at);
            ReadOrRefuse(Whole.Remove(at, cut).Insert(at, pieces[random.Next(pieces.Length)]), Component);
        }
    }

    /// <summary>Steps may need each other in any direction that makes no circle; what was written is what is read.</summary>
    [Fact]
    public void A_pipeline_is_read_as_the_graph_that_was_written()
    {
        var graphs =
            from count in Gen.Choose(1, 12)
            from ranks in Gen.Shuffle(Enumerable.Range(0, count).ToArray())
            from coins in Gen.Choose(0, 3).ArrayOf(count * count)
            select (count, ranks, coins);

        Prop.ForAll(graphs.ToArbitrary(), graph =>
        {
            var (count, ranks, coins) = graph;
            var wanted = Enumerable.Range(0, count).ToDictionary(
                step => $"s{step}",
                step => Enumerable.Range(0, count).Where(other => ranks[other] < ranks[step] && coins[(step * count) + other] == 0).Select(other => $"s{other}").ToList());
            var yaml = "type: pipeline\njobs:\n" + string.Join('\n', wanted.Select(step =>
                $"  {step.Key}:\n    type: sql\n    query: x\n    outputs: {{o: }}\n    inputs: {{{string.Join(", ", step.Value.Select((needed, i) => $"i{i}: \"${{{{parent.jobs.{needed}.outputs.o}}}}\""))}}}"));

            var steps = Yaml.Job(yaml).Pipeline.Steps;

            var order = steps.Select((step, index) => (step.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index);
            return steps.Count == count && steps.All(step =>
                step.DependsOn.SequenceEqual(wanted[step.Name]) && step.DependsOn.All(needed => order[needed] < order[step.Name]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    /// <summary>One more edge against the order makes a circle, which is always found.</summary>
    [Fact]
    public void A_circle_of_any_length_is_found()
    {
        Prop.ForAll(Gen.Choose(1, 40).ToArbitrary(), length =>
        {
            var yaml = "type: pipeline\njobs:\n" + string.Join('\n', Enumerable.Range(0, length).Select(i =>
                $"  s{i}: {{type: sql, query: x, outputs: {{o: }}, inputs: {{i: \"${{{{parent.jobs.s{(i + 1) % length}.outputs.o}}}}\"}}}}"));

            return Yaml.Refusal(yaml).Split("needs '").Length - 1 == length;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    private static void ReadOrRefuse(string yaml, string component)
    {
        try
        {
            Yaml.Job(yaml, ("a.yml", component));
        }
        catch (SlipwayException refusal)
        {
            Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
            Assert.Matches(@"\A[a-z.]+\.yml:[0-9]+:[0-9]+: ", refusal.Message);
        }

        Definitions.Validate(new DefinitionFile { Yaml = yaml, Source = "f.yml" });
    }
}
