using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Reads jobs. All mistakes are reported at once.</summary>
internal sealed class DefinitionReader(JobTables tables)
{
    public DefinitionReader(Policies<IStepKind> kinds)
        : this(OwnKinds.Tables(kinds.Names.Select(kinds.Find).OfType<IStepKind>()))
    {
    }

    /// <summary>The job, or a <see cref="SlipwayException"/> (InvalidParameter) with a line for each mistake.</summary>
    public JobDefinition ReadJob(DefinitionText text)
    {
        var problems = new Problems();
        var job = ReadJob(text, problems);
        problems.ThrowIfAny();
        return job!;
    }

    /// <summary>The job; null when there are problems.</summary>
    public JobDefinition? ReadJob(DefinitionText text, Problems problems)
    {
        if (YamlReader.Read(text.Yaml, text.Source, problems) is not { } root)
            return null;

        root = InputOverrides.Apply(YamlEdit.Apply(root, text.Edits, problems), text.Inputs, problems);
        return Read(root, new SourceFiles(text, problems));
    }

    /// <summary>The job in a document that is edited already; null when there are problems.</summary>
    public JobDefinition? Read(YamlMap root, SourceFiles files)
    {
        var file = files.Own(root);
        tables.Job.Check(root, "", file.Check);
        if (tables.Job.CaseOf(root) is not { } type)
            return null;

        var pipelines = new PipelineReader(tables, files);
        var piece = new Piece(file, root, "");
        var pipeline = type == "pipeline" && root["jobs"] is not null
            ? Pipeline(pipelines, piece, files)
            : Single(pipelines.Steps.Read(JobDefinition.SingleStep, piece, null, Nesting.Root()), root);
        return pipeline is null || files.Problems.Any ? null : Job(type, root, pipeline, files);
    }

    /// <summary>Checks what the expressions and steps of a component mean; its fields were checked before.</summary>
    public void ReadComponent(SourceFile component, SourceFiles files) =>
        new PipelineReader(tables, files).Steps.ReadComponent(new Piece(component, component.Root, ""));

    private static PipelineDefinition? Pipeline(PipelineReader pipelines, Piece job, SourceFiles files)
    {
        var ports = new StepPorts(files.Problems, files.IsComplete);
        return pipelines.Read(
            job, ports.Inputs(job, null, false, new HashSet<string>()), ports.Outputs(job, null, false), null, Nesting.Root());
    }

    // The inputs become the pipeline's, and the step is given them: so whoever runs jobs knows one shape only.
    private static PipelineDefinition? Single(StepDefinition? step, YamlMap root)
    {
        if (step is null)
            return null;
        if (step.Pipeline is not null)
        {
            // A pipeline component that is run as a job: its declarations with the values that the job gives.
            var settings = root.Map("settings");
            return step.Pipeline with
            {
                Inputs = step.Inputs,
                Outputs = [.. step.Pipeline.Outputs.Select(output => Given(output, step))],
                ContinueOnStepFailure = YamlText.Boolean(settings?.Text("continue_on_step_failure") ?? "") ?? step.Pipeline.ContinueOnStepFailure,
                ForceRerun = YamlText.Boolean(settings?.Text("force_rerun") ?? "") ?? step.Pipeline.ForceRerun,
            };
        }

        return new PipelineDefinition
        {
            Inputs = step.Inputs,
            Outputs = [.. step.Outputs.Select(output => output with { Producer = new Expression(ExpressionKind.StepOutput, output.Name, step.Name) })],
            Steps =
            [
                step with
                {
                    Inputs = [.. step.Inputs.Select(input => input with { Value = input.Value is null ? null : new BoundValue(new Expression(ExpressionKind.ParentInput, input.Name)) })],
                    Outputs = [.. step.Outputs.Select(output => output with { ParentOutput = output.Name, AssetName = null, AssetVersion = null, Path = null })],
                },
            ],
            DefaultCompute = step.Compute?.ToString(),
        };
    }

    private static OutputDefinition Given(OutputDefinition output, StepDefinition step) =>
        step.Outputs.FirstOrDefault(given => given.Name == output.Name) is { } given ? given with { Producer = output.Producer, ParentOutput = null } : output;

    private JobDefinition Job(string type, YamlMap root, PipelineDefinition pipeline, SourceFiles files) => new()
    {
        Type = type,
        Name = root.Text("name"),
        DisplayName = root.Text("display_name"),
        Experiment = root.Text("experiment_name"),
        Description = root.Text("description"),
        ParentJob = root.Text("parent_job_name"),
        Tags = Texts(root.Map("tags")),
        Properties = Texts(root.Map("properties")),
        Pipeline = pipeline,
        Components = [.. files.Components.Select(piece => UsedComponent.Of(piece, files, tables.Component)).OfType<UsedComponent>()],
        LocalPaths = [.. files.Named.Select(named => named.Path).DistinctBy(path => path.Key)],
    };

    private static Dictionary<string, string> Texts(YamlMap? map) => (map?.Entries ?? [])
        .ToDictionary(entry => entry.Key, entry => entry.Value is YamlScalar { IsNull: false } scalar ? YamlText.Of(scalar) : "");
}
