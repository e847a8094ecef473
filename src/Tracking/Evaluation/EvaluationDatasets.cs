using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Evaluation;

internal sealed class CreateEvaluationDataset(
    EvaluationDatasetStore datasets, ExperimentStore experiments, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateEvaluationDataset>("POST", "/3.0/mlflow/datasets/create");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var name = MlflowNames.Limited("name", fields.Required("name"), 255);
        var tags = EvaluationDataset.ReadTags("tags", fields.Text("tags"));
        var ids = ExperimentLinks.Read(fields);
        await access.DemandAsync(call.Caller, Permission.Write, "dataset:*", ct);
        await ExperimentLinks.DemandAsync(experiments, call.Caller.Workspace, ids, ct);

        var now = time.UtcNow();
        var by = ExperimentLinks.UserOf(tags) ?? fields.Text("created_by") ?? call.Caller.Principal;
        var dataset = new EvaluationDataset
        {
            Id = "d-" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            Name = name,
            Schema = fields.Text("schema"),
            Profile = fields.Text("profile"),
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = by,
            UpdatedBy = by,
            Tags = tags,
            ExperimentIds = ids,
        };
        await datasets.InsertAsync(call.Caller.Workspace, dataset, ct);
        await call.AnswerAsync(dataset.Write, ct);
    }
}

internal sealed class GetEvaluationDataset(EvaluationDatasetStore datasets, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetEvaluationDataset>("GET", "/3.0/mlflow/datasets/{dataset_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"dataset:{id}", ct);
        var dataset = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(dataset.Write, ct);
    }
}

internal sealed class DeleteEvaluationDataset(EvaluationDatasetStore datasets, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteEvaluationDataset>("DELETE", "/3.0/mlflow/datasets/{dataset_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        await datasets.DeleteAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(ct);
    }
}

internal sealed class SetEvaluationTags(EvaluationDatasetStore datasets, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetEvaluationTags>("PATCH", "/3.0/mlflow/datasets/{dataset_id}/tags");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        var tags = EvaluationDataset.ReadTags("tags", call.Fields.Required("tags"));
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        await datasets.ChangeAsync(
            call.Caller.Workspace, id, ExperimentLinks.UserOf(tags),
            (tx, token) => EvaluationDatasetStore.PutTagsAsync(tx, id, tags, token), ct);
        var dataset = await datasets.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(dataset.Write, ct);
    }
}

internal sealed class DeleteEvaluationTag(EvaluationDatasetStore datasets, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteEvaluationTag>("DELETE", "/3.0/mlflow/datasets/{dataset_id}/tags/{key}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("dataset_id");
        await access.DemandAsync(call.Caller, Permission.Write, $"dataset:{id}", ct);
        await datasets.ChangeAsync(
            call.Caller.Workspace, id, by: null,
            (tx, token) => tx.ExecuteAsync(
                "delete from evaluation_dataset_tags where dataset_id = @Id and key = @Key",
                new { Id = id, Key = call.Route("key") },
                token),
            ct);
        await call.AnswerAsync(ct);
    }
}

/// <summary>What the operations on datasets have in common: the experiments that they name, and who sends them.</summary>
internal static class ExperimentLinks
{
    private const int MostExperiments = 1000;

    public static IReadOnlyList<long> Read(MlflowFields fields)
    {
        var ids = fields.Texts("experiment_ids");
        return ids.Count <= MostExperiments
            ? [.. ids.Select(MlflowNames.ExperimentId).Distinct().Order()]
            : throw SlipwayException.Invalid($"'experiment_ids' has at most {MostExperiments} entries; {ids.Count} were given.");
    }

    public static async Task DemandAsync(
        ExperimentStore experiments, WorkspaceName workspace, IReadOnlyList<long> ids, CancellationToken ct)
    {
        foreach (var id in ids)
            _ = await experiments.GetAsync(workspace, id, ct);
    }

    public static string? UserOf(IReadOnlyList<KeyValue> tags) => tags.FirstOrDefault(tag => tag.Key == "mlflow.user").Value;

    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
