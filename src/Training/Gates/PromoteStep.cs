using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Training.Steps;

namespace Slipway.Training.Gates;

/// <summary><c>type: promote</c>: points an alias at the version <c>candidate</c>, if the last gate on it said yes.</summary>
internal sealed class PromoteStep(IModelRegistry registry, IGateLog gates) : IStepKind
{
    public string Name => "promote";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("alias", FieldType.Text, false, "The alias that moves; champion by default."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => false;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var alias = new StepFields(step.Settings).OptionalText("alias") ?? "champion";
        var version = step.Input("candidate").Version();
        var decision = await gates.FindAsync(step.Caller, version.Model, version.Number, ct) ?? throw SlipwayException.Conflict(
            $"No gate has decided on {version.Model}:{version.Number}; put a gate step before this one and bind its decision.");
        if (!decision.Accepted)
            throw SlipwayException.Conflict($"{version.Model}:{version.Number} is not promoted. {decision.Reason}");

        await registry.SetAliasAsync(step.Caller, version.Model, alias, version.Number, decision.Reason, ct);
        step.Read(decision.Node);
        step.Made("promoted", version.Node);
        await step.Log.WriteLineAsync($"{alias} of {version.Model} is now version {version.Number}.");
    }
}
