using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Online;

/// <summary>Brings a model version from the content store into memory, ready to answer.</summary>
internal sealed class DeploymentLoader(ContentStore content, ServingOptions options)
{
    public async Task<ServedDeployment> LoadAsync(
        WorkspaceName workspace, OnlineDeployment deployment, ModelVersion version, CollectMode collect, CancellationToken ct)
    {
        var tree = await content.GetTreeAsync(version.Tree, ct);
        var path = await content.LocalFileAsync(ModelFile(tree, version).Digest, ct);
        var model = await Task.Run(() => ServedModel.Load(path, version, options.MaxRows), ct);
        try
        {
            if (collect != CollectMode.Off)
            {
                ColumnPlan.Check(model);
                ColumnPlan.Create(model);
            }

            return new ServedDeployment(
                workspace, deployment, model, new SlotPool(model, options.Concurrency, options.MaxWaiting));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // "model.onnx" where MLflow and our own trainers put it; any other lonely ONNX file will do.
    private static TreeEntry ModelFile(Tree tree, ModelVersion version)
    {
        var files = tree.Entries.Where(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).ToList();
        var named = files.Where(entry => Path.GetFileName(entry.Path) == "model.onnx").ToList();
        return named.Count == 1 ? named[0]
            : files.Count == 1 ? files[0]
            : throw SlipwayException.Invalid(files.Count == 0
                ? $"{version.Node} has no ONNX file, and only ONNX models are served; register the model exported to ONNX."
                : $"{version.Node} has {files.Count} ONNX files ({string.Join(", ", files.Take(5).Select(file => file.Path))}); call the one to serve 'model.onnx'.");
    }
}
