using Slipway.Jobs.Assets;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Definitions;

/// <summary>
/// What <c>new DefinitionReader(Policies&lt;IStepKind&gt;).ReadJob(DefinitionText)</c> takes: the text of a definition and what is
/// done to it before it is checked.
/// </summary>
internal sealed record DefinitionText
{
    public required string Yaml { get; init; }

    /// <summary>The file's name, for messages ("train.yml").</summary>
    public required string Source { get; init; }

    /// <summary>
    /// Gives the text of another file that the definition refers to (a component, an environment), by
    /// <see cref="LocalPath.Key"/>; null when there is no such file.
    /// </summary>
    public Func<string, string?> Open { get; init; } = _ => null;

    /// <summary>Gives a registered component or environment by its reference; null when there is none.</summary>
    public Func<AssetKind, Reference, RegisteredAsset?> Registered { get; init; } = (_, _) => null;

    /// <summary>False: the job is not submitted as it is; inputs may still lack their content.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Applied in this order before anything is checked.</summary>
    public IReadOnlyList<DefinitionEdit> Edits { get; init; } = [];

    /// <summary>Overrides of the job's inputs: literals, or references such as "azureml:flights-raw@latest".</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; init; } = new Dictionary<string, string>();
}
