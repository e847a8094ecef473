using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Reads the checked steps of a pipeline job or pipeline component, and how they hang together.</summary>
internal sealed class PipelineReader
{
    private readonly SourceFiles _files;
    private readonly StepReader _steps;

    public PipelineReader(JobTables tables, SourceFiles files)
    {
        _files = files;
        _steps = new StepReader(tables, files, this);
    }

    public StepReader Steps => _steps;

    /// <param name="inputs">What <c>parent.inputs</c> means to the steps.</param>
    public PipelineDefinition? Read(
        Piece piece, IReadOnlyList<InputDefinition> inputs, IReadOnlyList<OutputDefinition> outputs, Template? compute, Nesting nesting)
    {
        var settings = piece.Map.Map("settings");
        compute = ComputeNames.Read(settings?.Text("default_compute")) ?? ComputeNames.Read(piece.Map.Text("compute")) ?? compute;
        var steps = new List<StepDefinition>();
        foreach (var entry in piece.Entries("jobs"))
        {
            var path = piece.At($"jobs.{entry.Key}");
            if (!nesting.Count(entry, path, _files.Problems))
                return null;
            if (entry.Value is not YamlMap map)
                continue;
            if (_steps.Read(entry.Key, new Piece(piece.File, map, path), compute, nesting) is { } step)
                steps.Add(step with { Place = entry.KeyPlace });
        }

        var bindings = new Bindings(_files.Problems, piece, inputs, outputs, steps);
        steps = bindings.Resolve();
        return new PipelineDefinition
        {
            Inputs = inputs,
            Outputs = bindings.BoundOutputs(),
            Steps = StepOrder.Sort(steps) ?? Refused(piece, steps),
            ContinueOnStepFailure = YamlText.Boolean(settings?.Text("continue_on_step_failure") ?? "true") != false,
            ForceRerun = YamlText.Boolean(settings?.Text("force_rerun") ?? "false") == true,
            DefaultCompute = compute?.ToString(),
            DefaultDatastore = settings?.Text("default_datastore"),
            OnInit = LifeCycle(piece, "on_init", steps, nesting),
            OnFinalize = LifeCycle(piece, "on_finalize", steps, nesting),
        };
    }

    private List<StepDefinition> Refused(Piece piece, List<StepDefinition> steps)
    {
        var cycle = StepOrder.FindCycle(steps);
        var told = cycle.Select((step, index) => $"'{step.Name}' (line {step.Place.Line}) needs '{cycle[(index + 1) % cycle.Count].Name}'");
        _files.Problems.Add(cycle[0].Place, piece.At($"jobs.{cycle[0].Name}"), $"The steps need each other in a circle: {string.Join(", ", told)}.");
        return steps;
    }

    private string? LifeCycle(Piece piece, string field, List<StepDefinition> steps, Nesting nesting)
    {
        var settings = piece.Map.Map("settings");
        if (settings?.Scalar(field) is not { } written)
            return null;

        var path = piece.At($"settings.{field}");
        var step = steps.FirstOrDefault(step => step.Name == written.Text);
        var wrong = step is null
            ? $"There is no step '{written.Text}'.{Kernel.Nearest.Hint(written.Text, steps.Select(known => known.Name))}"
            : nesting.IsNested ? $"'{field}' belongs to pipeline jobs, not to pipelines inside of others."
            : settings.Text("on_init") == settings.Text("on_finalize") ? "on_init and on_finalize must be two steps."
            : step.DependsOn.Count > 0 || steps.Any(other => other.DependsOn.Contains(step.Name)) ? $"'{step.Name}' is bound to other steps; a step that runs before or after all others is not."
            : steps.All(other => other.Name == settings.Text("on_init") || other.Name == settings.Text("on_finalize")) ? "At least one step must be left beside on_init and on_finalize."
            : null;
        if (wrong is null)
            return step!.Name;
        _files.Problems.Add(written.Place, path, wrong);
        return null;
    }
}
