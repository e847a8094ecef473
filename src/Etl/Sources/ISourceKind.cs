using Slipway.Etl.Dataflows;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>Where the rows of a dataflow come from.</summary>
/// <param name="Name">For messages: the path, "input 'features'", "table orders".</param>
/// <param name="Node">In the lineage: "file:/…", "data:orders@3".</param>
internal sealed record DataflowSource(string Name, string Type, LakeTable Table, string Node);

/// <summary>What a dataflow says of its source.</summary>
/// <param name="Declared">The columns that it must have, with their SQL types; empty: nothing is declared.</param>
internal sealed record SourceRequest(
    StepContext Step, SettingMap Map, DataWindow? Window, IReadOnlyDictionary<string, string> Declared);

/// <summary>A type of source: what it is read from becomes local files, whole or not at all, before a row of it is used.</summary>
internal interface ISourceKind : IPolicy
{
    /// <summary>What may stand beside <c>type</c>.</summary>
    string[] Fields { get; }

    /// <summary>Says to the step what it read.</summary>
    Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct);
}
