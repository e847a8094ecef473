using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Steps;

/// <summary>The inputs of a step by name, or a sentence about what is wrong.</summary>
internal static class StepInputsExtensions
{
    public static Digest RequireTree(this StepContext step, string name)
    {
        if (!step.Inputs.TryGetValue(name, out var input))
        {
            throw SlipwayException.Invalid(
                $"The step has no input '{name}'.{Nearest.Hint(name, step.Inputs.Keys)} "
                + "Declare it under inputs, as data or as the output of an earlier step.");
        }

        return input.Tree ?? throw SlipwayException.Invalid(
            $"Input '{name}' is a literal, and data is needed: give a data version or the output of an earlier step.");
    }

    public static string? Literal(this StepContext step, string name) =>
        step.Inputs.TryGetValue(name, out var input) ? input.Literal : null;
}
