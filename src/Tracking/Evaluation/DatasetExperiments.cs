using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Evaluation;

internal sealed class GetDatasetExperiments(EvaluationDatasetStore datasets, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetDatasetExperiments>("GET", "/3.0/mlflow/datasets/{dataset_id}/experiment-ids");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"dataset:{id}", ct);
        var dataset = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("experiment_ids");
            foreach (var experiment in dataset.ExperimentIds)
                json.WriteStringValue(ExperimentLinks.Text(experiment));
            json.WriteEndArray();
        }, ct);
    }
}

internal sealed class AddDatasetExperiments(EvaluationDatasetStore datasets, ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<AddDatasetExperiments>("POST", "/3.0/mlflow/datasets/{dataset_id}/add-experiments");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var ids = ExperimentLinks.Read(call.Fields);
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        await ExperimentLinks.DemandAsync(experiments, call.Caller.Workspace, ids, ct);
        await datasets.ChangeAsync(
            call.Caller.Workspace, id, by: null, (tx, token) => EvaluationDatasetStore.LinkAsync(tx, id, ids, token), ct);
        var dataset = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(dataset.Write, ct);
    }
}

internal sealed class RemoveDatasetExperiments(EvaluationDatasetStore datasets, Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<RemoveDatasetExperiments>("POST", "/3.0/mlflow/datasets/{dataset_id}/remove-experiments");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var ids = ExperimentLinks.Read(call.Fields);
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        await datasets.ChangeAsync(
            call.Caller.Workspace, id, by: null,
            (tx, token) => tx.ExecuteAsync(
                $"delete from evaluation_dataset_experiments where dataset_id = @Id and {database.Dialect.AnyOf("experiment_id", "@Ids")}",
                new { Id = id, Ids = ids.ToArray() },
                token),
            ct);
        var dataset = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(dataset.Write, ct);
    }
}
