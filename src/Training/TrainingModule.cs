using Microsoft.Extensions.DependencyInjection;
using Slipway.Jobs.Contracts;
using Slipway.Training.Gates;
using Slipway.Training.Scoring;
using Slipway.Training.Steps;

namespace Slipway.Training;

/// <summary>Step kinds that train, evaluate, register, judge and promote models.</summary>
public static class TrainingModule
{
    public static IServiceCollection AddTraining(this IServiceCollection services) => services
        .AddSingleton<ModelFiles>()
        .AddSingleton<IStepKind, XgboostStep>()
        .AddSingleton<IStepKind, EvaluateStep>()
        .AddSingleton<IStepKind, RegisterStep>()
        .AddSingleton<IStepKind, GateStep>()
        .AddSingleton<IStepKind, PromoteStep>();
}
