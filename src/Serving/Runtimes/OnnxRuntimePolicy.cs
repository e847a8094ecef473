using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes;

/// <summary>"onnx": ONNX Runtime in this process.</summary>
internal sealed class OnnxRuntimePolicy(ContentStore content) : IModelRuntime
{
    public string Name => "onnx";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var path = await content.LocalFileAsync(ModelFile(tree, version).Digest, ct);
        var session = OnnxSessionSettings.Default with { IntraOpThreads = settings.Threads };
        return await Task.Run(() => OnnxModel.Load(path, session), ct);
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
