using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Metrics;
using Slipway.Lake.Assets;
using Slipway.Lake.Content;
using Slipway.Lake.Contracts;
using Slipway.Lake.Datastores;
using Slipway.Lake.Diff;
using Slipway.Lake.Gates;
using Slipway.Lake.Labels;
using Slipway.Lake.Profiles;
using Slipway.Lake.Retention;
using Slipway.Lake.Sql;
using Slipway.Lake.Tests;
using Slipway.Lineage.Contracts;

namespace Slipway.Lake;

/// <summary>The data lake: content, data assets and their versions, tests of data, SQL.</summary>
public static class LakeModule
{
    public static IServiceCollection AddLake(this IServiceCollection services, LakeOptions options) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("lake", typeof(LakeModule).Assembly))
        .AddSingleton(options)
        .AddSingleton(WorkspaceData.Rows)
        .AddSingleton<DataVersionStore>()
        .AddSingleton<IContentRoots, VersionRoots>()
        .AddSingleton<IGaugeSource, LakeGauges>()
        .AddRules()
        .AddContent()
        .AddSingleton<IDataAssets, DataAssets>()
        .AddSingleton<ILineageThings, VersionsInLineage>()
        .AddSingleton<LakeTables>()
        .AddSingleton<ILakeTables>(services => services.GetRequiredService<LakeTables>())
        .AddSingleton<ProfileStore>()
        .AddSingleton<IDataProfiles, DataProfiles>()
        .AddSingleton<IDataTests, DataTests>()
        .AddSingleton<WorkspaceDatastore>()
        .AddSingleton<DatastoreStore>()
        .AddSingleton<DatastoreImport>()
        .AddSingleton<SaveDatastore>()
        .AddSingleton<DatastoreRoutes>()
        .AddSingleton<IDatastores, Datastores.Datastores>()
        .AddSingleton<ExportData>()
        .AddSingleton<MoveData>()
        .AddSingleton<UpdateData>()
        .AddSingleton<DeleteData>()
        .AddSingleton<DiffData>()
        .AddSingleton<DataTestRuns>()
        .AddSingleton<IDataTestHistory, DataTestHistory>()
        .AddSingleton<RunDataTest>()
        .AddSingleton<SuggestTests>()
        .AddSingleton<Policies<ILakeView>>()
        .AddSingleton<SqlBinding>()
        .AddSingleton<RunSql>()
        .AddSingleton<SaveSql>();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapLake(this IEndpointRouteBuilder routes)
    {
        DataRoutes.Map(routes);
        ExportData.Map(routes);
        MoveData.Map(routes);
        UpdateData.Map(routes);
        DeleteData.Map(routes);
        GateRoutes.Map(routes);
        QuarantineVersion.Map(routes);
        LabelRoutes.Map(routes);
        RetentionRoutes.Map(routes);
        DiffData.Map(routes);
        SaveDatastore.Map(routes);
        DatastoreRoutes.Map(routes);
        Collect.Map(routes);
        WhyKept.Map(routes);
        UploadBlob.Map(routes);
        UploadMany.Map(routes);
        FindMissing.Map(routes);
        CreateTree.Map(routes);
        DownloadFile.Map(routes);
        DownloadBlob.Map(routes);
        RunSql.Map(routes);
        SaveSql.Map(routes);
        ShowProfile.Map(routes);
        RunDataTest.Map(routes);
        ShowDataTests.Map(routes);
        SuggestTests.Map(routes);
    }

    private static IServiceCollection AddContent(this IServiceCollection services) => services
        .AddSingleton<Collect>()
        .AddSingleton<WhyKept>()
        .AddSingleton<UploadBlob>()
        .AddSingleton<UploadMany>()
        .AddSingleton<FindMissing>()
        .AddSingleton<CreateTree>()
        .AddSingleton<SentContent>()
        .AddSingleton<DownloadFile>()
        .AddSingleton<DownloadBlob>();

    private static IServiceCollection AddRules(this IServiceCollection services) => services
        .AddSingleton<GateStore>()
        .AddSingleton<DataGates>()
        .AddSingleton<GateRoutes>()
        .AddSingleton<QuarantineVersion>()
        .AddSingleton<LabelStore>()
        .AddSingleton<LabelRoutes>()
        .AddSingleton<RetentionStore>()
        .AddSingleton<VersionRetention>()
        .AddSingleton<IContentRetention>(services => services.GetRequiredService<VersionRetention>())
        .AddSingleton<RetentionRoutes>();
}
