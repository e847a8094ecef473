using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Registry.Webhooks;

namespace Slipway.Registry.Mlflow;

/// <summary>The registry's part of the MLflow REST API.</summary>
internal static class MlflowRegistry
{
    public static IServiceCollection AddMlflowRegistry(this IServiceCollection services) => services
        .AddSingleton<RegisteredModelStore>()
        .AddSingleton<ModelWrites>()
        .AddSingleton<VersionReader>()
        .AddSingleton<CreateRegisteredModel>()
        .AddSingleton<GetRegisteredModel>()
        .AddSingleton<SearchRegisteredModels>()
        .AddSingleton<UpdateRegisteredModel>()
        .AddSingleton<RenameRegisteredModel>()
        .AddSingleton<DeleteRegisteredModel>()
        .AddSingleton<GetLatestVersions>()
        .AddSingleton<SetRegisteredModelTag>()
        .AddSingleton<DeleteRegisteredModelTag>()
        .AddSingleton<SetModelAlias>()
        .AddSingleton<GetVersionByAlias>()
        .AddSingleton<DeleteModelAlias>()
        .AddSingleton<CreateModelVersion>()
        .AddSingleton<GetModelVersion>()
        .AddSingleton<SearchModelVersions>()
        .AddSingleton<UpdateModelVersion>()
        .AddSingleton<DeleteModelVersion>()
        .AddSingleton<TransitionStage>()
        .AddSingleton<GetDownloadUri>()
        .AddSingleton<GetVersionArtifact>()
        .AddSingleton<SetModelVersionTag>()
        .AddSingleton<DeleteModelVersionTag>()
        .AddSingleton<WebhookStore>()
        .AddSingleton<RegistryNews>()
        .AddSingleton<CreateWebhook>()
        .AddSingleton<GetWebhook>()
        .AddSingleton<ListWebhooks>()
        .AddSingleton<UpdateWebhook>()
        .AddSingleton<DeleteWebhook>()
        .AddSingleton<TestWebhook>();

    public static void Map(IEndpointRouteBuilder root)
    {
        CreateRegisteredModel.Map(root);
        GetRegisteredModel.Map(root);
        SearchRegisteredModels.Map(root);
        UpdateRegisteredModel.Map(root);
        RenameRegisteredModel.Map(root);
        DeleteRegisteredModel.Map(root);
        GetLatestVersions.Map(root);
        SetRegisteredModelTag.Map(root);
        DeleteRegisteredModelTag.Map(root);
        SetModelAlias.Map(root);
        GetVersionByAlias.Map(root);
        DeleteModelAlias.Map(root);
        CreateModelVersion.Map(root);
        GetModelVersion.Map(root);
        SearchModelVersions.Map(root);
        UpdateModelVersion.Map(root);
        DeleteModelVersion.Map(root);
        TransitionStage.Map(root);
        GetDownloadUri.Map(root);
        GetVersionArtifact.Map(root);
        SetModelVersionTag.Map(root);
        DeleteModelVersionTag.Map(root);
        CreateWebhook.Map(root);
        GetWebhook.Map(root);
        ListWebhooks.Map(root);
        UpdateWebhook.Map(root);
        DeleteWebhook.Map(root);
        TestWebhook.Map(root);
    }
}
