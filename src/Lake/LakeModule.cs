using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Lake.Assets;
using Slipway.Lake.Content;
using Slipway.Lake.Contracts;
using Slipway.Lake.Profiles;
using Slipway.Lake.Sql;
using Slipway.Lake.Tests;

namespace Slipway.Lake;

/// <summary>The data lake: content, data assets and their versions, tests of data, SQL.</summary>
public static class LakeModule
{
    public static IServiceCollection AddLake(this IServiceCollection services, LakeOptions options) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("lake", typeof(LakeModule).Assembly))
        .AddSingleton(options)
        .AddSingleton<DataVersionStore>()
        .AddSingleton<IDataAssets, DataAssets>()
        .AddSingleton<LakeTables>()
        .AddSingleton<ILakeTables>(services => services.GetRequiredService<LakeTables>())
        .AddSingleton<ProfileStore>()
        .AddSingleton<IDataProfiles, DataProfiles>()
        .AddSingleton<IDataTests, DataTests>()
        .AddSingleton<UploadBlob>()
        .AddSingleton<CreateTree>()
        .AddSingleton<DownloadFile>()
        .AddSingleton<RunSql>();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapLake(this IEndpointRouteBuilder routes)
    {
        DataRoutes.Map(routes);
        UploadBlob.Map(routes);
        CreateTree.Map(routes);
        DownloadFile.Map(routes);
        RunSql.Map(routes);
        ShowProfile.Map(routes);
    }
}
