using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Slipway.Cli.Versioning;

/// <summary>
/// The file that stands in git for data that does not: which version of which asset belongs beside it. "raw.slipway" is the
/// pointer of the file or folder "raw".
/// </summary>
internal sealed partial record DataPointer(string File, string Asset, string Version, string Tree, int Files, long Size)
{
    public const string Ending = ".slipway";

    /// <summary>The file or folder that it stands for.</summary>
    public string Target => File[..^Ending.Length];

    /// <summary>What an asset is called that nobody names: like its file or folder.</summary>
    public static string AssetNameOf(string path) => Unnameable().Replace(Path.GetFileNameWithoutExtension(path), "-").Trim('-');

    /// <summary>The pointers that are named: by themselves, by their data, or by a folder with all that lie below it.</summary>
    /// <param name="paths">None: all below the current folder.</param>
    public static IReadOnlyList<DataPointer> Find(IReadOnlyList<string> paths)
    {
        var found = (paths.Count == 0 ? ["."] : paths).SelectMany(Expand).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return found.Count > 0
            ? [.. found.Select(Read)]
            : throw SlipwayException.Invalid("There is no pointer (*.slipway) here: 'slipway data add PATH' makes one.");
    }

    public static DataPointer Read(string file)
    {
        try
        {
            using var reader = System.IO.File.OpenText(file);
            var yaml = new YamlStream();
            yaml.Load(reader);
            if (yaml.Documents is [{ RootNode: YamlMappingNode root }])
            {
                return new DataPointer(
                    file, Scalar(root, "asset"), Scalar(root, "version"), Scalar(root, "tree"), (int)Number(root, "files"), Number(root, "size"));
            }
        }
        catch (Exception exception) when (exception is YamlException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw SlipwayException.Invalid($"'{file}' is no pointer of Slipway: {exception.Message} Take it from git again.");
        }

        throw SlipwayException.Invalid($"'{file}' is no pointer of Slipway: it is empty or no mapping. Take it from git again.");
    }

    public void Write()
    {
        var unfinished = File + "." + Path.GetRandomFileName();
        System.IO.File.WriteAllText(unfinished, $"""
            # Stands for '{Path.GetFileName(Target)}', which Slipway keeps: 'slipway data pull' brings it.
            type: data_pointer
            asset: {Asset}
            version: '{Version}'
            tree: {Tree}
            files: {Files}
            size: {Size}

            """);
        System.IO.File.Move(unfinished, File, overwrite: true);
    }

    private static IEnumerable<string> Expand(string path)
    {
        if (System.IO.File.Exists(path + Ending))
            return [Path.GetFullPath(path + Ending)];
        if (path.EndsWith(Ending, StringComparison.Ordinal) && System.IO.File.Exists(path))
            return [Path.GetFullPath(path)];
        return Directory.Exists(path)
            ? Below(Path.GetFullPath(path))
            : throw SlipwayException.Invalid($"There is no pointer for '{path}': 'slipway data add {path}' makes one.");
    }

    // Not into what is hidden, such as .git, nor into data.
    private static IEnumerable<string> Below(string folder)
    {
        var pointers = Directory.GetFiles(folder, "*" + Ending);
        return pointers.Concat(Directory.GetDirectories(folder)
            .Where(inner => !Path.GetFileName(inner).StartsWith('.') && !System.IO.File.Exists(inner + Ending))
            .SelectMany(Below));
    }

    private static string Scalar(YamlMappingNode root, string field) =>
        root.Children.TryGetValue(new YamlScalarNode(field), out var node) && node is YamlScalarNode { Value: { Length: > 0 } value }
            ? value
            : throw new KeyNotFoundException($"it has no '{field}'.");

    private static long Number(YamlMappingNode root, string field) => long.Parse(Scalar(root, field), NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex Unnameable();
}
