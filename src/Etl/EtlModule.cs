using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Etl.Columns;
using Slipway.Etl.Connections;
using Slipway.Etl.Databases;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Imports;
using Slipway.Etl.Incremental;
using Slipway.Etl.Sinks;
using Slipway.Etl.Sources;
using Slipway.Etl.Sql;
using Slipway.Etl.Steps;
using Slipway.Etl.Tests;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Etl;

/// <summary>Data in, through and tested, as kinds of steps: dataflow, data_test, sql.</summary>
public static class EtlModule
{
    public static IServiceCollection AddEtl(this IServiceCollection services) => services
        .AddSingleton<StepMetrics>()
        .AddSingleton<Watermark>()
        .AddSources()
        .AddSingleton<AssetSink>()
        .AddSingleton<LandedAsset>()
        .AddSingleton<TableSink>()
        .AddSingleton<ColumnStore>()
        .AddSingleton<ColumnTrace>()
        .AddSingleton<QueryTrace>()
        .AddSingleton<IQueryTrace>(provider => provider.GetRequiredService<QueryTrace>())
        .AddSingleton<ShowColumns>()
        .AddSingleton<IStepKind, DataflowStep>()
        .AddSingleton<IStepKind, DataTestStep>()
        .AddSingleton<IStepKind, SqlStep>()
        .AddConnections()
        .AddIncremental();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapEtl(this IEndpointRouteBuilder routes)
    {
        CreateDataflow.Map(routes);
        ShowDataflows.Map(routes);
        RunDataflow.Map(routes);
        ShowColumns.Map(routes);
        SaveConnection.Map(routes);
        ShowConnections.Map(routes);
    }

    private static IServiceCollection AddConnections(this IServiceCollection services) => services
        .AddSingleton(new WorkspaceRows { Kept = ["connections"] })
        .AddSingleton<ConnectionStore>()
        .AddSingleton<ConnectionSecrets>()
        .AddSingleton<OpenConnection>()
        .AddSingleton<SaveConnection>()
        .AddSingleton<ShowConnections>()
        .AddSingleton<ImportStep>()
        .AddSingleton<IStepKind>(provider => provider.GetRequiredService<ImportStep>())
        .AddSingleton<IScheduledAct, ImportDataAct>();

    private static IServiceCollection AddIncremental(this IServiceCollection services) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("etl", typeof(EtlModule).Assembly))
        .AddSingleton(new WorkspaceRows { Kept = ["column_edges"], Contents = ["delete from dataflows where workspace = @Workspace"] })
        .AddSingleton<DataflowStore>()
        .AddSingleton<IContentRoots, DataflowRoots>()
        .AddSingleton<OpenWindows>()
        .AddSingleton<IEventHandler<JobFinished>, WindowsAfterJobs>()
        .AddSingleton<CreateDataflow>()
        .AddSingleton<ShowDataflows>()
        .AddSingleton<RunDataflow>()
        .AddHostedService<DataflowTimer>()
        .AddHostedService<DataflowWorker>();

    // In the order in which messages list them.
    private static IServiceCollection AddSources(this IServiceCollection services)
    {
        foreach (var format in new[] { "parquet", "csv", "json" })
        {
            services.AddSingleton<ISourceKind>(provider => new FileSource(
                format,
                provider.GetRequiredService<IDatastores>(),
                provider.GetRequiredService<ILakeTables>(),
                provider.GetRequiredService<ContentStore>()));
        }

        return services
            .AddSingleton<ISourceKind, AssetSource>()
            .AddSingleton<ISourceKind, InputSource>()
            .AddSingleton<PostgresDatabase>()
            .AddSingleton<SqliteDatabase>()
            .AddSingleton<ITableDatabase>(provider => provider.GetRequiredService<PostgresDatabase>())
            .AddSingleton<ITableDatabase>(provider => provider.GetRequiredService<SqliteDatabase>())
            .AddSingleton<ISourceKind>(provider => Reader<PostgresDatabase>(provider))
            .AddSingleton<ISourceKind>(provider => Reader<SqliteDatabase>(provider))
            .AddSingleton<HttpPages>()
            .AddSingleton<ISourceKind, HttpSource>()
            .AddSingleton<DataflowSources>();
    }

    private static DatabaseSource Reader<T>(IServiceProvider provider)
        where T : ITableDatabase =>
        new(provider.GetRequiredService<T>(), provider.GetRequiredService<ILakeTables>());
}
