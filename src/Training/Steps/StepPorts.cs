using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Training.Steps;

/// <summary>The inputs and outputs that a step kind asks for by name.</summary>
internal static class StepPorts
{
    public static StepInput Input(this StepContext step, string name) =>
        step.Inputs.TryGetValue(name, out var input) ? input : throw SlipwayException.Invalid(
            $"The step has no input '{name}'.{Nearest.Hint(name, step.Inputs.Keys)} Add it under inputs.");

    public static Digest Tree(this StepInput input, string what) => input.Tree
        ?? throw SlipwayException.Invalid($"Input '{input.Name}' is no {what} but the text '{input.Literal}'; name one.");

    public static ModelVersion Version(this StepInput input) => input.Model ?? throw SlipwayException.Invalid(
        $"Input '{input.Name}' is no registered model version; bind it to the output of a register step, or name model:version "
        + "with type custom_model.");

    public static string OutputFolder(this StepContext step, string name) =>
        step.OutputFolders.TryGetValue(name, out var folder) ? folder : throw SlipwayException.Invalid(
            $"The step has no output '{name}'.{Nearest.Hint(name, step.OutputFolders.Keys)} Add it under outputs.");

    /// <summary>The output's name when the step declares it.</summary>
    public static string? IfDeclared(this StepContext step, string output) =>
        step.OutputFolders.ContainsKey(output) ? output : null;
}
