using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Inputs;

internal sealed class LogInputs(InputStore inputs, IAccess access) : IMlflowOperation
{
    public const int LongestName = 500, LongestDigest = 36, LongestSource = 65_535, LongestSchema = 1_048_575, LongestProfile = 16_777_215;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LogInputs>("POST", "runs/log-inputs");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var runId = call.Fields.Required("run_id");
        MlflowNames.DemandRunId(runId);
        var datasets = call.Fields.Objects("datasets").Select(Read).ToList();
        var models = call.Fields.Objects("models").Select(model => model.Required("model_id")).ToList();
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        await inputs.AddInputsAsync(call.Caller.Workspace, runId, datasets, models, ct);
        await call.AnswerAsync(ct);
    }

    private static DatasetInput Read(MlflowFields input)
    {
        var dataset = input.Nested("dataset");
        var tags = input.Objects("tags").Select(tag => new KeyValue(
            MlflowNames.Limited(tag.NameOf("key"), tag.Required("key"), 255),
            MlflowNames.Limited(tag.NameOf("value"), tag.Text("value") ?? "", 500))).ToList();
        return new DatasetInput(
            new Dataset
            {
                Name = Limited(dataset, "name", LongestName),
                Digest = Limited(dataset, "digest", LongestDigest),
                SourceType = dataset.Required("source_type"),
                Source = Limited(dataset, "source", LongestSource),
                Schema = Optional(dataset, "schema", LongestSchema),
                Profile = Optional(dataset, "profile", LongestProfile),
            },
            tags);
    }

    private static string Limited(MlflowFields dataset, string field, int limit) =>
        MlflowNames.Limited(dataset.NameOf(field), dataset.Required(field), limit);

    private static string? Optional(MlflowFields dataset, string field, int limit) =>
        dataset.Text(field) is { } text ? MlflowNames.Limited(dataset.NameOf(field), text, limit) : null;
}
