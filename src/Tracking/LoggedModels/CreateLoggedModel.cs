using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.LoggedModels;

internal sealed class CreateLoggedModel(
    LoggedModelStore models, ExperimentStore experiments, IAccess access, TimeProvider time) : IMlflowOperation
{
    private const int MostTexts = 100;
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("/:.%\"'");

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateLoggedModel>("POST", "logged-models");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var experimentId = MlflowNames.ExperimentId(fields.Required("experiment_id"));
        var name = fields.Text("name");
        DemandName(name);
        var parameters = LoggedModelFields.Params(fields);
        var tags = LoggedModelFields.Tags(fields);
        if (parameters.Count > MostTexts || tags.Count > MostTexts)
            throw SlipwayException.Invalid($"At most {MostTexts} params and {MostTexts} tags can be sent with a new model; send the rest afterwards.");

        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        var experiment = await experiments.GetAsync(call.Caller.Workspace, experimentId, ct);
        experiment.DemandActive();
        var id = "m-" + RandomNumberGenerator.GetHexString(32, lowercase: true);
        var now = time.UtcNow();
        await models.AddAsync(
            call.Caller.Workspace,
            new LoggedModelRow
            {
                Id = id,
                ExperimentId = experimentId,
                Name = name ?? CreateRun.MakeUp(),
                ArtifactUri = experiment.PlaceOf($"models/{id}/artifacts"),
                Status = LoggedModel.Pending,
                ModelType = fields.Text("model_type"),
                SourceRunId = fields.Text("source_run_id"),
                CreatedAt = now,
                UpdatedAt = now,
                Deleted = false,
            },
            parameters,
            tags,
            ct);
        var model = await models.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model");
            model.Write(json);
        }, ct);
    }

    private static void DemandName(string? name)
    {
        if (name is null)
            return;
        if (name.Length == 0 || name.AsSpan().ContainsAny(s_forbidden))
        {
            throw SlipwayException.Invalid(
                $"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the following characters: / : . % \" '");
        }
    }
}
