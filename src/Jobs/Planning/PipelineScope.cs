using Slipway.Jobs.Definitions;
using Slipway.Kernel;

namespace Slipway.Jobs.Planning;

/// <summary>What the expressions of one pipeline may name while it is planned.</summary>
internal sealed class PipelineScope(string prefix)
{
    /// <summary>"" for the job's own pipeline, "outer." for one within it.</summary>
    public string Prefix { get; } = prefix;

    public Dictionary<string, PlannedInput> Inputs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, Dictionary<string, PlannedInput>> StepInputs { get; } = [];

    public Dictionary<(string Step, string Output), StepSource> StepOutputs { get; } = [];

    /// <summary>The positions of the steps that a step of this pipeline became.</summary>
    public Dictionary<string, int[]> Leaves { get; } = [];

    public (string? Type, InputSource Source) Bound(Expression expression)
    {
        var input = expression.Kind switch
        {
            ExpressionKind.ParentInput => Inputs.GetValueOrDefault(expression.Name),
            ExpressionKind.StepInput => StepInputs[expression.Step!].GetValueOrDefault(expression.Name),
            ExpressionKind.StepOutput => null,
            _ => throw SlipwayException.Invalid($"{expression} cannot be the value of an input."),
        };
        return expression.Kind == ExpressionKind.StepOutput
            ? (null, StepOutputs[(expression.Step!, expression.Name)])
            : (input?.Type, input?.Source ?? new MissingSource());
    }

    /// <summary>The text of a literal input; "" when it is not given.</summary>
    public string Literal(string name) => Inputs.GetValueOrDefault(name)?.Source switch
    {
        LiteralSource literal => literal.Text,
        null or MissingSource => "",
        _ => throw SlipwayException.Invalid($"${{{{parent.inputs.{name}}}}} is data and cannot stand within text."),
    };

    public IEnumerable<(string Name, StepSource From)> BoundOutputs(PipelineDefinition pipeline)
    {
        foreach (var output in pipeline.Outputs)
        {
            if (output.Producer is { } from && StepOutputs.TryGetValue((from.Step!, from.Name), out var source))
                yield return (output.Name, source);
        }
    }
}
