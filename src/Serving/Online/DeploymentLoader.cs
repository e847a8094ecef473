using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Profiles;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Online;

/// <summary>Brings a model version from the content store into memory, ready to answer.</summary>
internal sealed class DeploymentLoader(
    ContentStore content, KnownRuntimes runtimes, MaskKey maskKey, OpenProfile profiles, ServingOptions options, TimeProvider time)
{
    public async Task<ServedDeployment> LoadAsync(
        WorkspaceName workspace, OnlineDeployment deployment, ModelVersion version, CollectMode collect, CancellationToken ct)
    {
        var settings = deployment.Settings;
        var tree = await content.GetTreeAsync(version.Tree, ct);
        var running = await runtimes.LoadAsync(version, tree, settings, ct);
        try
        {
            var model = new ServedModel(running, version, options.MaxRows);
            var rule = await maskKey.ReadAsync(workspace, settings.Collection, ct);
            rule.Check(model);
            if (collect != CollectMode.Off)
            {
                ColumnPlan.Check(model);
                ColumnPlan.Create(model, rule);
            }

            var profile = await profiles.RunAsync(workspace, deployment, version, model, rule, ct);
            return new ServedDeployment(workspace, deployment, model, SlotPool.Create(model, settings, options), rule)
            {
                Profile = profile,
                LoadedAt = time.GetUtcNow(),
            };
        }
        catch
        {
            running.Dispose();
            throw;
        }
    }
}
