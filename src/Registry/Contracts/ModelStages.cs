using Slipway.Kernel;

namespace Slipway.Registry.Contracts;

/// <summary>Stages of model versions: MLflow's, which are deprecated there, and Azure ML's Development.</summary>
public static class ModelStages
{
    public const string None = "None";

    public const string Archived = "Archived";

    public static IReadOnlyList<string> Known { get; } = [None, "Development", "Staging", "Production", Archived];

    /// <summary>In whatever case; InvalidParameter when it is no stage.</summary>
    public static string Parse(string text) => Known.FirstOrDefault(stage => stage.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw SlipwayException.Invalid($"stage: '{text}' is no stage of a model.{Nearest.Hint(text, Known)} Known: {string.Join(", ", Known)}.");
}
