using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lineage.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>Where an answer came from: it is too many to be logged, so its segment is asked.</summary>
internal sealed class PredictionLineage(FindPrediction predictions) : ILineageSource
{
    public string Name => "prediction";

    public async Task<IReadOnlyList<LineageEdge>> UpstreamAsync(Caller caller, LineageNode node, CancellationToken ct)
    {
        if (await predictions.RunAsync(caller, null, node.Name, ct) is not { } found)
            return [];

        var detail = found.ToJson(node.Name).ToJsonString();
        return
        [
            Edge($"deployment:{found.Segment.Endpoint}/{found.Segment.Deployment}", "predicted", detail),
            Edge($"model:{found.Segment.Model}@{found.Segment.ModelVersion}", "scored", null),
        ];

        LineageEdge Edge(string from, string act, string? detail) => new(
            0, caller.Workspace.Value, "system", found.EventTime, act, from, node.ToString(), detail);
    }
}
