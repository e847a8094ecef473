using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Tracking.Evaluation;

/// <summary>MLflow's evaluation datasets and scorers.</summary>
internal static class EvaluationRoutes
{
    public static IServiceCollection AddEvaluation(this IServiceCollection services) => services
        .AddSingleton<EvaluationDatasetStore>()
        .AddSingleton<ScorerStore>()
        .AddSingleton<CreateEvaluationDataset>()
        .AddSingleton<GetEvaluationDataset>()
        .AddSingleton<DeleteEvaluationDataset>()
        .AddSingleton<SearchEvaluationDatasets>()
        .AddSingleton<SetEvaluationTags>()
        .AddSingleton<DeleteEvaluationTag>()
        .AddSingleton<GetDatasetExperiments>()
        .AddSingleton<AddDatasetExperiments>()
        .AddSingleton<RemoveDatasetExperiments>()
        .AddSingleton<UpsertDatasetRecords>()
        .AddSingleton<GetDatasetRecords>()
        .AddSingleton<DeleteDatasetRecords>()
        .AddSingleton<RegisterScorer>()
        .AddSingleton<ListScorers>()
        .AddSingleton<GetScorer>()
        .AddSingleton<DeleteScorer>()
        .AddSingleton<ListScorerVersions>()
        .AddSingleton<ListOnlineConfigs>()
        .AddSingleton<SetOnlineConfig>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        CreateEvaluationDataset.Map(routes);
        GetEvaluationDataset.Map(routes);
        DeleteEvaluationDataset.Map(routes);
        SearchEvaluationDatasets.Map(routes);
        SetEvaluationTags.Map(routes);
        DeleteEvaluationTag.Map(routes);
        GetDatasetExperiments.Map(routes);
        AddDatasetExperiments.Map(routes);
        RemoveDatasetExperiments.Map(routes);
        UpsertDatasetRecords.Map(routes);
        GetDatasetRecords.Map(routes);
        DeleteDatasetRecords.Map(routes);
        RegisterScorer.Map(routes);
        ListScorers.Map(routes);
        GetScorer.Map(routes);
        DeleteScorer.Map(routes);
        ListOnlineConfigs.Map(routes);
        SetOnlineConfig.Map(routes);
    }
}
