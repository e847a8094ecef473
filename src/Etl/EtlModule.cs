using Microsoft.Extensions.DependencyInjection;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Sql;
using Slipway.Etl.Steps;
using Slipway.Etl.Tests;
using Slipway.Jobs.Contracts;

namespace Slipway.Etl;

/// <summary>Data in, through and tested, as kinds of steps: dataflow, data_test, sql.</summary>
public static class EtlModule
{
    public static IServiceCollection AddEtl(this IServiceCollection services) => services
        .AddSingleton<StepMetrics>()
        .AddSingleton<DataflowSources>()
        .AddSingleton<DataSink>()
        .AddSingleton<IStepKind, DataflowStep>()
        .AddSingleton<IStepKind, DataTestStep>()
        .AddSingleton<IStepKind, SqlStep>();
}
