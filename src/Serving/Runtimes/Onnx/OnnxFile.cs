using System.Globalization;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>Which of a version's files is the ONNX model, and what the files beside it say of it.</summary>
/// <param name="Triton">Triton's words for it; null: there are none.</param>
internal sealed record OnnxFile(TreeEntry Entry, TritonConfig? Triton)
{
    public static async Task<OnnxFile> FindAsync(ContentStore content, Tree tree, ModelVersion version, CancellationToken ct)
    {
        if (Shortest(tree, TritonConfig.File) is { } config)
        {
            var read = TritonConfig.Read(await File.ReadAllTextAsync(await content.LocalFileAsync(config.Digest, ct), ct));
            return new OnnxFile(InVersionFolder(tree, config.Path[..^TritonConfig.File.Length], read, version), read);
        }

        if (Shortest(tree, "MLmodel") is { } mlmodel
            && MlmodelFile.Read(await content.LocalFileAsync(mlmodel.Digest, ct)).Flavors.GetValueOrDefault("onnx")?.GetValueOrDefault("data") is { } data)
        {
            var path = mlmodel.Path[..^"MLmodel".Length] + data;
            return new OnnxFile(
                tree.Entries.FirstOrDefault(entry => entry.Path == path) ?? throw SlipwayException.Invalid($"{version.Node} has no '{path}', which its MLmodel names."), null);
        }

        return new OnnxFile(Lonely(tree, version), null);
    }

    private static TreeEntry? Shortest(Tree tree, string name) =>
        tree.Entries.Where(entry => Path.GetFileName(entry.Path) == name).MinBy(entry => entry.Path.Length);

    // "model.onnx" where our own trainers put it; any other lonely ONNX file will do.
    private static TreeEntry Lonely(Tree tree, ModelVersion version)
    {
        var files = tree.Entries.Where(entry => entry.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).ToList();
        var named = files.Where(entry => Path.GetFileName(entry.Path) == "model.onnx").ToList();
        return named.Count == 1 ? named[0]
            : files.Count == 1 ? files[0]
            : throw SlipwayException.Invalid(files.Count == 0
                ? $"{version.Node} has no ONNX file, and only ONNX models are served by this runtime; register the model exported to ONNX, or choose the runtime 'python' or 'proxy'."
                : $"{version.Node} has {files.Count} ONNX files ({string.Join(", ", files.Take(5).Select(file => file.Path))}); call the one to serve 'model.onnx'.");
    }

    /// <summary>FOLDER/3/model.onnx: of the versions that the configuration allows the latest.</summary>
    private static TreeEntry InVersionFolder(Tree tree, string folder, TritonConfig config, ModelVersion version)
    {
        var found = tree.Entries
            .Where(entry => entry.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(entry => (Entry: entry, Parts: entry.Path[folder.Length..].Split('/')))
            .Where(file => file.Parts.Length == 2 && file.Parts[1] == config.FileName)
            .Select(file => (file.Entry, Number: long.TryParse(file.Parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0))
            .Where(file => file.Number > 0 && (config.Versions.Count == 0 || config.Versions.Contains(file.Number)))
            .OrderByDescending(file => file.Number)
            .ToList();
        return found is [var latest, ..]
            ? latest.Entry
            : throw SlipwayException.Invalid(
                $"{version.Node} has a {TritonConfig.File} and no '{folder}1/{config.FileName}', or another number{(config.Versions.Count == 0 ? "" : $" of {string.Join(", ", config.Versions)}")}; Triton's layout has a folder for each version.");
    }
}
