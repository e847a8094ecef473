using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Training.Automl;
using Slipway.Training.Automl.Results;
using Slipway.Training.Automl.Search;
using Slipway.Training.Gates;
using Slipway.Training.Scoring;
using Slipway.Training.Steps;

namespace Slipway.Training;

/// <summary>Step kinds that train, evaluate, register, judge and promote models.</summary>
public static class TrainingModule
{
    /// <param name="routes">The group of /api/v1.</param>
    public static void MapTraining(this IEndpointRouteBuilder routes) => ShowLeaderboard.Map(routes);

    public static IServiceCollection AddTraining(this IServiceCollection services) => services
        .AddSingleton<ModelFiles>()
        .AddSingleton<IStepKind, XgboostStep>()
        .AddSingleton<IStepKind, EvaluateStep>()
        .AddSingleton<IStepKind, RegisterStep>()
        .AddSingleton<IStepKind, GateStep>()
        .AddSingleton<IStepKind, PromoteStep>()
        .AddSingleton<IStepKind, AutomlStep>()
        .AddSingleton<IEventHandler<JobFinished>, EndTrialsWithJob>()
        .AddSingleton<ShowLeaderboard>();
}
