using Slipway.Jobs.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Training.Steps;

namespace Slipway.Training.Gates;

/// <summary>What a definition asks a gate to decide.</summary>
internal sealed record GateRequest
{
    public required ModelVersion Candidate { get; init; }

    /// <summary>Named by the input; null: the one with the alias, if there is one.</summary>
    public required ModelVersion? Champion { get; init; }

    public required string Alias { get; init; }

    public required StepInput Data { get; init; }

    public required string Label { get; init; }

    public required string? Where { get; init; }

    public required string? TimeColumn { get; init; }

    public required int Seed { get; init; }

    public required IReadOnlyList<GateRule> Rules { get; init; }

    public static GateRequest Read(StepContext step)
    {
        var fields = new StepFields(step.Settings);
        return new GateRequest
        {
            Candidate = step.Input("candidate").Version(),
            Champion = step.Inputs.GetValueOrDefault("champion")?.Version(),
            Alias = fields.OptionalText("champion") ?? "champion",
            Data = step.Input("data"),
            Label = fields.Text("label"),
            Where = fields.OptionalText("where"),
            TimeColumn = fields.OptionalText("time_column"),
            Seed = fields.OptionalInteger("seed", 0) ?? 1,
            Rules = GateRule.ReadAll(fields.List("compare")),
        };
    }
}
