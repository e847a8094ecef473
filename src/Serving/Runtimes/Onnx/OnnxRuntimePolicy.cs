using Slipway.Data;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>"onnx": ONNX Runtime in this process.</summary>
internal sealed class OnnxRuntimePolicy(ContentStore content) : IModelRuntime
{
    // How ONNX's format begins the place of a tensor that lies in another file: the key of a pair of texts.
    private static ReadOnlySpan<byte> ExternalPlace => "\n\blocation"u8;

    public string Name => "onnx";

    public async Task<IRunningModel> LoadAsync(ModelVersion version, Tree tree, DeploymentSettings settings, CancellationToken ct)
    {
        var file = await OnnxFile.FindAsync(content, tree, version, ct);
        var session = OnnxSessionSettings.Default with { IntraOpThreads = settings.Threads };
        var path = await content.LocalFileAsync(file.Entry.Digest, ct);
        if (tree.Entries.Count == 1 || !HasOtherFiles(await File.ReadAllBytesAsync(path, ct)))
            return await LoadAsync(path, file, session, ct);

        // The weights are found by their names beside the file; once it is loaded they are read.
        using var folder = await DeploymentFolder.CreateAsync(content, version, settings, ct);
        return await LoadAsync(Path.Combine(folder.ModelFolder, file.Entry.Path), file, session, ct);
    }

    // Where the server keeps it is nothing to its caller, who knows the file by its own name.
    private static async Task<IRunningModel> LoadAsync(string path, OnnxFile file, OnnxSessionSettings session, CancellationToken ct)
    {
        try
        {
            return await Task.Run(() => OnnxModel.Load(path, session, file.Triton), ct);
        }
        catch (SlipwayException refusal) when (refusal.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new SlipwayException(refusal.Code, refusal.Message.Replace(path, file.Entry.Path, StringComparison.Ordinal), refusal);
        }
    }

    private static bool HasOtherFiles(ReadOnlySpan<byte> model) => model.IndexOf(ExternalPlace) >= 0;
}
