using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Jobs.Planning;

/// <summary>Makes the plan of a job from its checked definition and the trees of its local paths.</summary>
internal sealed class Planner
{
    private readonly string _jobName;
    private readonly IReadOnlyDictionary<string, Digest> _files;
    private readonly string _datastore;
    private readonly List<PlannedStep> _steps = [];

    private Planner(string jobName, string? datastore, IReadOnlyDictionary<string, Digest> files)
    {
        _jobName = jobName;
        _datastore = datastore is null ? DataUri.DefaultDatastore : datastore[(datastore.LastIndexOf(':') + 1)..];
        _files = files;
    }

    /// <param name="files">The trees of the local paths, by <see cref="LocalPath.Key"/>.</param>
    public static JobPlan Plan(JobDefinition definition, string jobName, IReadOnlyDictionary<string, Digest> files)
    {
        var pipeline = definition.Pipeline;
        var planner = new Planner(jobName, pipeline.DefaultDatastore, files);
        var scope = new PipelineScope("");
        foreach (var input in pipeline.Inputs)
            scope.Inputs[input.Name] = planner.Resolve(input, scope);
        planner.AddSteps(pipeline, scope, new Dictionary<string, OutputDefinition>());
        planner.OrderAround(pipeline);
        return new JobPlan
        {
            Steps = definition.IsPipeline ? planner._steps : [planner._steps[0] with { Name = jobName }],
            ContinueOnStepFailure = pipeline.ContinueOnStepFailure,
            ForceRerun = pipeline.ForceRerun,
            Outputs = [.. scope.BoundOutputs(pipeline).Select(bound => new PlannedJobOutput(bound.Name, bound.From.Step, bound.From.Output))],
        };
    }

    private void AddSteps(
        PipelineDefinition pipeline, PipelineScope scope, IReadOnlyDictionary<string, OutputDefinition> assets)
    {
        foreach (var step in pipeline.Steps)
        {
            var inputs = step.Inputs.ToDictionary(
                input => input.Name, input => Resolve(input, scope), StringComparer.OrdinalIgnoreCase);
            scope.StepInputs[step.Name] = inputs;
            if (step.Pipeline is { } inner)
                AddInner(step, inner, scope, inputs, Assets(pipeline, step, assets));
            else
                AddLeaf(step, scope, inputs, Assets(pipeline, step, assets));
        }
    }

    private void AddLeaf(
        StepDefinition step, PipelineScope scope, Dictionary<string, PlannedInput> inputs,
        Dictionary<string, OutputDefinition> assets)
    {
        var fill = Filler(scope);
        var bound = inputs.Values.Select(input => input.Source).OfType<StepSource>().Select(source => source.Step);
        var named = step.DependsOn.Where(scope.Leaves.ContainsKey).SelectMany(name => scope.Leaves[name]);
        scope.Leaves[step.Name] = [_steps.Count];
        foreach (var output in step.Outputs)
            scope.StepOutputs[(step.Name, output.Name)] = new StepSource(_steps.Count, output.Name);
        var planned = new PlannedStep
        {
            Name = scope.Prefix + step.Name,
            Kind = step.Kind,
            DisplayName = step.DisplayName,
            Inputs = [.. inputs.Values],
            Outputs = [.. step.Outputs.Select(output => PlanOutput(output, assets.GetValueOrDefault(output.Name), fill))],
            WaitsFor = [.. bound.Concat(named).Distinct().Order()],
            Compute = step.Compute is null ? null : Placeholders.Fill(step.Compute.ToString(), fill),
            Settings = (JsonObject)Placeholders.Fill(step.Settings, fill)!,
            Files = step.Files.ToDictionary(file => file.Field, file => TreeOf(file.Path, step.Place)),
            EnvironmentVariables = step.EnvironmentVariables.ToDictionary(
                pair => pair.Key, pair => Placeholders.Fill(pair.Value, fill)),
            Tags = step.Tags,
            Timeout = Seconds(Placeholders.Fill(step.Limits?["timeout"], fill)),
            Retries = step.Kind == "parallel" ? 0 : Count(Placeholders.Fill((step.Settings["retry_settings"] as JsonObject)?["max_retries"], fill)),
            Resources = Placeholders.Fill(step.Resources, fill) as JsonObject,
            Priority = Priority(step.Priority),
            IsDeterministic = step.IsDeterministic,
        };
        _steps.Add(step.Trial is null ? planned : Sweep(planned, step, step.Trial, fill));
    }

    private PlannedStep Sweep(PlannedStep planned, StepDefinition step, StepDefinition trial, Func<Expression, string?> fill)
    {
        var limits = Placeholders.Fill(step.Limits, fill) as JsonObject;
        return planned with
        {
            Timeout = null,
            Limits = limits,
            Trial = planned with
            {
                Kind = trial.Kind,
                DisplayName = null,
                Inputs = [],
                Outputs = [.. planned.Outputs.Select(output => output with { AssetName = null, AssetVersion = null })],
                WaitsFor = [],
                Settings = (JsonObject)Placeholders.Fill(trial.Settings, fill)!,
                Files = trial.Files.ToDictionary(file => file.Field, file => TreeOf(file.Path, trial.Place)),
                EnvironmentVariables = trial.EnvironmentVariables.Concat(step.EnvironmentVariables)
                    .GroupBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => Placeholders.Fill(pair.Last().Value, fill)),
                Timeout = Seconds(limits?["trial_timeout"]) ?? Seconds(Placeholders.Fill(trial.Limits?["timeout"], fill)),
                Resources = Placeholders.Fill(trial.Resources ?? step.Resources, fill) as JsonObject,
                IsDeterministic = step.IsDeterministic && trial.IsDeterministic,
            },
        };
    }

    private void AddInner(
        StepDefinition step, PipelineDefinition inner, PipelineScope scope, Dictionary<string, PlannedInput> given,
        Dictionary<string, OutputDefinition> assets)
    {
        var first = _steps.Count;
        var innerScope = new PipelineScope($"{scope.Prefix}{step.Name}.");
        foreach (var (name, input) in given)
            innerScope.Inputs[name] = input;
        foreach (var declared in inner.Inputs)
        {
            if (!innerScope.Inputs.TryGetValue(declared.Name, out var value) || value.Source is MissingSource)
                innerScope.Inputs[declared.Name] = Resolve(declared, innerScope);
        }

        AddSteps(inner, innerScope, assets);
        scope.Leaves[step.Name] = [.. Enumerable.Range(first, _steps.Count - first)];
        foreach (var (name, from) in innerScope.BoundOutputs(inner))
            scope.StepOutputs[(step.Name, name)] = from;
    }

    /// <summary>What the enclosing pipelines say of the outputs that this step's outputs become.</summary>
    private static Dictionary<string, OutputDefinition> Assets(
        PipelineDefinition pipeline, StepDefinition step, IReadOnlyDictionary<string, OutputDefinition> outer)
    {
        var assets = new Dictionary<string, OutputDefinition>(StringComparer.OrdinalIgnoreCase);
        foreach (var output in step.Outputs)
        {
            var name = output.ParentOutput;
            if (name is null)
                continue;
            var declared = outer.GetValueOrDefault(name)
                ?? pipeline.Outputs.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (declared is not null)
                assets[output.Name] = declared;
        }

        return assets;
    }

    private static PlannedOutput PlanOutput(OutputDefinition output, OutputDefinition? outer, Func<Expression, string?> fill) => new()
    {
        Name = output.Name,
        Type = outer?.Type ?? output.Type,
        AssetName = Filled(outer?.AssetName ?? output.AssetName, fill),
        AssetVersion = Filled(outer?.AssetVersion ?? output.AssetVersion, fill),
        Path = Filled((outer?.Path ?? output.Path)?.ToString(), fill),
        Description = outer?.Description ?? output.Description,
    };

    private static string? Filled(string? text, Func<Expression, string?> fill) =>
        text is null ? null : Placeholders.Fill(text, fill);

    private PlannedInput Resolve(InputDefinition input, PipelineScope scope)
    {
        var (type, source) = input.Value switch
        {
            null => (null, new MissingSource()),
            LiteralValue literal => (null, new LiteralSource(Placeholders.Fill(literal.Text.ToString(), Filler(scope)))),
            DataValue { Reference: LocalPath path } => (null, new FileSource(TreeOf(path, input.Place))),
            DataValue data => (null, new ReferenceSource(Placeholders.Fill(data.Reference.Text, Filler(scope)))),
            BoundValue bound => scope.Bound(bound.Expression),
            _ => throw new InvalidOperationException($"{input.Value.GetType().Name} is not planned."),
        };
        return new PlannedInput { Name = input.Name, Type = input.Type ?? type, Optional = input.Optional, Source = source };
    }

    private PlannedFile TreeOf(LocalPath path, Place place) => _files.TryGetValue(path.Key, out var tree)
        ? new PlannedFile(tree, Path.GetFileName(path.Key.TrimEnd('/')))
        : throw SlipwayException.Invalid($"{place}: '{path.Text}' did not come with the job; send its tree under files['{path.Key}'].");

    private Func<Expression, string?> Filler(PipelineScope scope) => expression => expression.Kind switch
    {
        ExpressionKind.JobName => _jobName,
        ExpressionKind.DefaultDatastore => _datastore,
        ExpressionKind.ParentInput => scope.Literal(expression.Name),
        _ => null,
    };

    private void OrderAround(PipelineDefinition pipeline)
    {
        var first = _steps.FindIndex(step => step.Name == pipeline.OnInit);
        var last = _steps.FindIndex(step => step.Name == pipeline.OnFinalize);
        for (var at = 0; at < _steps.Count; at++)
        {
            if (at == last)
                _steps[at] = _steps[at] with { Always = true, WaitsFor = [.. Enumerable.Range(0, _steps.Count).Where(other => other != last)] };
            else if (first >= 0 && at != first)
                _steps[at] = _steps[at] with { WaitsFor = [.. _steps[at].WaitsFor.Append(first).Distinct().Order()] };
        }
    }

    private static TimeSpan? Seconds(JsonNode? value) =>
        double.TryParse(value?.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static int Priority(string? text) => text?.ToLowerInvariant() switch { "high" => 1, "low" => -1, _ => 0 };

    private static int Count(JsonNode? value) =>
        int.TryParse(value?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
