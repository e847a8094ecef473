using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Inputs;

/// <summary>The data sets that the runs of some experiments read; /ajax-api only.</summary>
internal sealed class SearchDatasets(InputStore inputs, IAccess access) : IRawOperation
{
    private const int MostExperiments = 20;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRaw<SearchDatasets>("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.ReadAsync(http, ct);
        var ids = call.Fields.Texts("experiment_ids");
        if (ids.Count == 0)
            throw SlipwayException.Invalid("SearchDatasets request must specify at least one experiment_id.");
        if (ids.Count > MostExperiments)
        {
            throw SlipwayException.Invalid(
                $"SearchDatasets request cannot specify more than {MostExperiments} experiment_ids. Received {ids.Count} experiment_ids.");
        }

        var numbers = ids.Select(MlflowNames.ExperimentId).ToArray();
        await access.DemandAsync(call.Caller, Permission.Read, "experiment:*", ct);
        var found = await inputs.SummariesAsync(call.Caller.Workspace, numbers, ct);
        await call.AnswerAsync(json =>
        {
            if (found.Count == 0)
                return;
            json.WriteStartArray("dataset_summaries");
            foreach (var summary in found)
            {
                json.WriteStartObject();
                json.WriteString("experiment_id", Experiment.Text(summary.ExperimentId));
                json.WriteString("name", summary.Name);
                json.WriteString("digest", summary.Digest);
                if (summary.Context is not null)
                    json.WriteString("context", summary.Context);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }, ct);
    }
}

/// <summary>A data set and what it was used for.</summary>
internal sealed record DatasetSummary
{
    public required long ExperimentId { get; init; }

    public required string Name { get; init; }

    public required string Digest { get; init; }

    public string? Context { get; init; }
}
