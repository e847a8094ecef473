using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Traces;

namespace Slipway.Tracking.Evaluation;

/// <summary>How much of the new traces scorers judge by themselves: nothing here, since that needs MLflow's AI gateway.</summary>
internal sealed class ListOnlineConfigs(IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<ListOnlineConfigs>("GET", "/3.0/mlflow/scorers/online-configs");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        if (call.Fields.Texts("scorer_ids").Count == 0)
            throw MlflowFields.Missing("scorer_ids");
        await access.DemandAsync(call.Caller, Permission.Read, "scorer:*", ct);

        // The client asks whenever it lists scorers; a scorer without a configuration is one that does not run by itself.
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("configs");
            json.WriteEndArray();
        }, ct);
    }
}

/// <summary>Takes the sample rate 0, which is what every scorer has; any other is refused.</summary>
internal sealed class SetOnlineConfig(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<SetOnlineConfig>("PUT", "/3.0/mlflow/scorers/online-config");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = call.Fields.Required("name");
        var rate = call.Fields.Number("sample_rate") ?? throw MlflowFields.Missing("sample_rate");
        var filter = call.Fields.Text("filter_string");
        if (rate is not (>= 0 and <= 1))
            throw SlipwayException.Invalid($"sample_rate must be between 0.0 and 1.0, got {rate}.");
        _ = TraceFilters.Grammar.Parse(filter);
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        var scorer = (await scorers.VersionsAsync(call.Caller.Workspace, experimentId, name, ct))[0];
        if (rate > 0)
        {
            throw new SlipwayException(
                ErrorCode.NotImplemented,
                "Scorers do not judge new traces by themselves here: that needs MLflow's AI gateway, which this server leaves out. "
                + "Evaluate from the client with mlflow.genai.evaluate; a sample_rate of 0 is taken.");
        }

        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("config");
            json.WriteString("online_scoring_config_id", scorer.Id);
            json.WriteString("scorer_id", scorer.Id);
            json.WriteNumber("sample_rate", 0.0);
            json.WriteString("experiment_id", call.Fields.Required("experiment_id"));
            if (filter is not null)
                json.WriteString("filter_string", filter);
            json.WriteEndObject();
        }, ct);
    }
}
