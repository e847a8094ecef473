using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Checks what the steps of a pipeline refer to: its inputs and outputs, and each other.</summary>
internal sealed class Bindings
{
    private readonly Problems _problems;
    private readonly Piece _pipeline;
    private readonly Dictionary<string, InputDefinition> _inputs;
    private readonly IReadOnlyList<OutputDefinition> _outputs;
    private readonly Dictionary<string, StepDefinition> _steps;
    private readonly List<StepDefinition> _inOrder;
    private readonly Dictionary<string, int> _position;

    public Bindings(
        Problems problems, Piece pipeline, IReadOnlyList<InputDefinition> inputs, IReadOnlyList<OutputDefinition> outputs, List<StepDefinition> steps)
    {
        _problems = problems;
        _pipeline = pipeline;
        _inputs = inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        _outputs = outputs;
        _steps = steps.ToDictionary(step => step.Name, StringComparer.Ordinal);
        _inOrder = steps;
        _position = steps.Select((step, index) => (step.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.Ordinal);
    }

    /// <summary>The steps with what they depend on; the inputs of other steps are replaced by what those were given.</summary>
    public List<StepDefinition> Resolve() => [.. _inOrder.Select(step =>
    {
        var inputs = step.Inputs.Select(input => Resolved(step, input)).ToList();
        CheckParentInputs(step);
        CheckParentOutputs(step);
        var needed = inputs.SelectMany(input => Expressions(input.Value))
            .Where(expression => expression.Kind == ExpressionKind.StepOutput && _steps.ContainsKey(expression.Step!))
            .Select(expression => expression.Step!)
            .ToHashSet(StringComparer.Ordinal);
        return step with { Inputs = inputs, DependsOn = [.. needed.OrderBy(name => _position[name])] };
    })];

    /// <summary>The pipeline's outputs with the step's output that each one is.</summary>
    public IReadOnlyList<OutputDefinition> BoundOutputs() => [.. _outputs.Select(output =>
    {
        var producers = _inOrder.SelectMany(step => step.Outputs.Where(made => made.ParentOutput == output.Name).Select(made => (step, made))).ToList();
        foreach (var (step, made) in producers.Skip(1))
        {
            _problems.Add(
                made.Place,
                Path(step, $"outputs.{made.Name}"),
                $"The pipeline's output '{output.Name}' is written by step '{producers[0].step.Name}' already; give each its own.");
        }

        if (producers.Count == 0)
            return output;
        var (producer, from) = producers[0];
        return output with
        {
            Producer = new Expression(ExpressionKind.StepOutput, from.Name, producer.Name),
            Type = output.HasOwnType ? output.Type : from.Type,
            HasOwnType = output.HasOwnType || from.HasOwnType,
        };
    })];

    private static IEnumerable<Expression> Expressions(InputValue? value) => value switch
    {
        BoundValue bound => [bound.Expression],
        LiteralValue literal => literal.Text.Expressions,
        _ => [],
    };

    private string Path(StepDefinition step, string rest) => _pipeline.At($"jobs.{step.Name}.{rest}");

    private InputDefinition Resolved(StepDefinition step, InputDefinition input)
    {
        var path = Path(step, $"inputs.{input.Name}");
        if (input.Value is LiteralValue { Text.IsLiteral: false } composed)
        {
            foreach (var expression in composed.Text.Expressions)
                CheckComposed(expression, input, path);
            return input;
        }

        if (input.Value is not BoundValue bound)
            return input;
        return bound.Expression.Kind switch
        {
            ExpressionKind.ParentInput => FromParent(step, input, bound.Expression, path),
            ExpressionKind.StepOutput => FromStep(step, input, bound.Expression, path),
            ExpressionKind.StepInput => SameAs(step, input, bound.Expression, path),
            _ => input,
        };
    }

    private InputDefinition FromParent(StepDefinition step, InputDefinition input, Expression expression, string path)
    {
        if (FindInput(expression, input.Place, path) is not { } parent)
            return input;

        var wantsLiteral = input.Type is null ? (bool?)null : InputDefinition.LiteralTypes.Contains(input.Type);
        var isLiteral = parent.Value is null && parent.Type is null ? (bool?)null : parent.IsLiteral;
        if (wantsLiteral is not null && isLiteral is not null && wantsLiteral != isLiteral && !IsTable(step, input))
            _problems.Add(input.Place, path, $"{expression} is a {parent.Type}, and the input takes a {input.Type}.");
        if (parent is { Optional: true, Value: null } && step.Component is not null && !input.Optional)
            _problems.Add(input.Place, path, $"{expression} is optional and has no default, and the component requires this input.");
        return isLiteral == false && parent.Type is not null && parent.Value is DataValue ? input with { Type = parent.Type } : input with { Type = input.Type ?? parent.Type };
    }

    private InputDefinition FromStep(StepDefinition step, InputDefinition input, Expression expression, string path)
    {
        if (FindStep(expression, input.Place, path) is not { } producer)
            return input;

        var output = producer.Outputs.FirstOrDefault(output => output.Name == expression.Name);
        if (output is null && expression.Name != "artifacts" && !IsOpen(producer))
        {
            var known = producer.Outputs.Select(made => made.Name).ToList();
            _problems.Add(input.Place, path, $"Step '{producer.Name}' has no output '{expression.Name}'.{Nearest.Hint(expression.Name, known)} Known: {(known.Count == 0 ? "none" : string.Join(", ", known))}.");
        }

        if (input.Type is not null && InputDefinition.LiteralTypes.Contains(input.Type) && output is not null && !InputDefinition.LiteralTypes.Contains(output.Type))
            _problems.Add(input.Place, path, $"{expression} is a {output.Type}, and the input takes a {input.Type}.");
        return output is { HasOwnType: true } || input.Type is null ? input with { Type = output?.Type ?? input.Type } : input;
    }

    private InputDefinition SameAs(StepDefinition step, InputDefinition input, Expression expression, string path)
    {
        // Followed with a limit: two steps may name each other's input.
        var at = expression;
        for (var hops = 0; hops <= _inOrder.Count; hops++)
        {
            if (FindStep(at, input.Place, path) is not { } other)
                return input;
            if (other.Inputs.FirstOrDefault(given => given.Name == at.Name) is not { } same)
            {
                if (!IsOpen(other))
                    _problems.Add(input.Place, path, $"Step '{other.Name}' has no input '{at.Name}'.{Nearest.Hint(at.Name, other.Inputs.Select(given => given.Name))}");
                return input;
            }

            if (same.Value is not BoundValue { Expression: { Kind: ExpressionKind.StepInput } next })
                return Resolved(step, input with { Value = same.Value, Type = input.Type ?? same.Type });
            at = next;
        }

        _problems.Add(input.Place, path, $"{expression} leads back to itself.");
        return input;
    }

    private void CheckComposed(Expression expression, InputDefinition input, string path)
    {
        if (expression.Kind is ExpressionKind.StepOutput or ExpressionKind.StepInput)
            _problems.Add(input.Place, path, $"{expression} stands among other text, where only literals may; give it alone.");
        else if (expression.Kind == ExpressionKind.ParentInput && FindInput(expression, input.Place, path) is { IsLiteral: false, Type: { } type })
            _problems.Add(input.Place, path, $"{expression} is a {type} and stands among other text, where only literals may; give it alone.");
    }

    private void CheckParentInputs(StepDefinition step)
    {
        var node = _pipeline.Map.Map("jobs")!.Map(step.Name)!;
        var fields = node.Entries.Where(entry => entry.Key is not ("inputs" or "outputs" or "jobs" or "component" or "environment_variables"));
        foreach (var entry in fields)
        {
            foreach (var (scalar, path) in OwnExpressions.Scalars(entry.Value, Path(step, entry.Key)).Where(found => ExpressionReader.HasExpression(found.Scalar.Text)))
            {
                foreach (var expression in ExpressionReader.Read(scalar.Text, _ => { }).Expressions.Where(found => found.Kind == ExpressionKind.ParentInput))
                    FindInput(expression, scalar.Place, path);
            }
        }
    }

    private void CheckParentOutputs(StepDefinition step)
    {
        var names = _outputs.Select(output => output.Name).ToList();
        foreach (var made in step.Outputs.Where(made => made.ParentOutput is not null && !names.Contains(made.ParentOutput)))
        {
            _problems.Add(
                made.Place,
                Path(step, $"outputs.{made.Name}"),
                $"The pipeline has no output '{made.ParentOutput}'.{Nearest.Hint(made.ParentOutput!, names)} Known: {(names.Count == 0 ? "none" : string.Join(", ", names))}.");
        }
    }

    private InputDefinition? FindInput(Expression expression, Place place, string path)
    {
        var group = expression.Name.Split('.')[0];
        if (_inputs.GetValueOrDefault(expression.Name) is { } input || _inputs.TryGetValue(group, out input))
            return input;
        _problems.Add(place, path, $"The pipeline has no input '{expression.Name}'.{Nearest.Hint(expression.Name, _inputs.Keys)} Known: {(_inputs.Count == 0 ? "none" : string.Join(", ", _inputs.Keys))}.");
        return null;
    }

    private StepDefinition? FindStep(Expression expression, Place place, string path)
    {
        if (_steps.TryGetValue(expression.Step!, out var step))
            return step;

        // A step that could not be read was reported; what refers to it is not wrong for that.
        if (_pipeline.Map.Map("jobs")?.Find(expression.Step!) is null)
            _problems.Add(place, path, $"There is no step '{expression.Step}'.{Nearest.Hint(expression.Step!, _steps.Keys)} Known: {string.Join(", ", _steps.Keys)}.");
        return null;
    }

    // What it has is known only where its component lies.
    private static bool IsOpen(StepDefinition step) => step.ComponentReference is not null || step.TrialReference is not null;

    private static bool IsTable(StepDefinition step, InputDefinition input) => step.Kind == "automl" && input.Name.EndsWith("_data", StringComparison.Ordinal);
}
