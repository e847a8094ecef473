using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>
/// A file or folder that DVC keeps, as a .dvc file or a dvc.lock names it (https://dvc.org/doc/user-guide/project-structure).
/// </summary>
/// <param name="Path">Where it belongs on this machine, absolute.</param>
/// <param name="Md5">32 hexadecimal digits.</param>
/// <param name="IsFolder">The digest is that of a list of the folder's files, which the cache has.</param>
/// <param name="IsLegacy">Written before DVC 3: text files were hashed with line ends of Unix.</param>
internal sealed record DvcOutput(string Path, string Md5, bool IsFolder, bool IsLegacy)
{
    public const string FolderEnding = ".dir";

    /// <summary>The outputs that a .dvc file or a dvc.lock names.</summary>
    public static IReadOnlyList<DvcOutput> Read(string file)
    {
        if (!File.Exists(file))
            throw SlipwayException.Invalid($"There is no file '{file}'.");
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        try
        {
            using var reader = File.OpenText(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            var root = yaml.Documents is [{ RootNode: YamlMappingNode mapping }] ? mapping : throw new KeyNotFoundException("it is no mapping.");
            var lists = root.Children.TryGetValue("stages", out var stages)
                ? ((YamlMappingNode)stages).Children.Values.OfType<YamlMappingNode>()
                : [root];
            return [.. lists.SelectMany(list => Outs(list)).Select(output => Of(output, folder))];
        }
        catch (Exception exception) when (exception is YamlException or KeyNotFoundException or InvalidCastException)
        {
            throw SlipwayException.Invalid($"'{file}' is no file of DVC that can be read: {exception.Message}");
        }
    }

    private static IEnumerable<YamlMappingNode> Outs(YamlMappingNode list) =>
        list.Children.TryGetValue("outs", out var outs) ? ((YamlSequenceNode)outs).Children.Cast<YamlMappingNode>() : [];

    private static DvcOutput Of(YamlMappingNode output, string folder)
    {
        var path = Scalar(output, "path") ?? throw new KeyNotFoundException("an output has no 'path'.");
        var md5 = Scalar(output, "md5")
            ?? throw new KeyNotFoundException($"the output '{path}' has no 'md5': 'dvc commit' writes it; outputs with cache: false or from the cloud are not kept by DVC.");
        var isFolder = md5.EndsWith(FolderEnding, StringComparison.Ordinal);
        var hex = isFolder ? md5[..^FolderEnding.Length] : md5;
        return hex.Length == 32 && hex.All(char.IsAsciiHexDigitLower)
            ? new DvcOutput(System.IO.Path.GetFullPath(System.IO.Path.Combine(folder, path)), hex, isFolder, Scalar(output, "hash") is null)
            : throw new KeyNotFoundException($"the output '{path}' has the md5 '{md5}', which is none.");
    }

    private static string? Scalar(YamlMappingNode node, string field) =>
        node.Children.TryGetValue(field, out var found) && found is YamlScalarNode { Value: { Length: > 0 } value } ? value : null;
}
