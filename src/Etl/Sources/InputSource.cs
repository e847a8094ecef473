using Slipway.Etl.Steps;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary><c>input</c>: an input of the step, data or the output of an earlier step.</summary>
internal sealed class InputSource(ILakeTables tables) : ISourceKind
{
    public string Name => "input";

    public string[] Fields { get; } = ["input"];

    public async Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct)
    {
        var input = request.Map.Text("input") ?? "data";
        var tree = request.Step.RequireTree(input);
        return new DataflowSource(
            $"input '{input}'", Name, await tables.TableAsync(tree, ct), request.Step.Inputs[input].Node ?? $"tree:{tree}");
    }
}
