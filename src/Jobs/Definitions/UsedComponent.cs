using System.Text.Json.Nodes;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Definitions.Schema;

namespace Slipway.Jobs.Definitions;

/// <summary>A component that stands in the job itself or in a file that came with it.</summary>
/// <param name="Yaml">As it is written, as JSON.</param>
/// <param name="Definition">In Azure ML's fields and spellings.</param>
/// <param name="Files">The local paths that it names: from its own folder, and as <see cref="LocalPath.Key"/> in the job.</param>
internal sealed record UsedComponent(string Yaml, JsonObject Definition, IReadOnlyDictionary<string, string> Files)
{
    // Folders above the job's own, so that a key that goes up has a name.
    private static readonly string s_above = "/" + string.Concat(Enumerable.Range(0, RegisteredAsset.MostLevelsUp).Select(level => $"{level}/"));

    /// <summary>Null: it names what it could not find again from elsewhere.</summary>
    public static UsedComponent? Of(Piece component, SourceFiles files, Shape shape)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(component.File, component.Path, files, named);
        var paths = named.Keys.ToDictionary(key => key, key => Relative(component.Folder, key));
        if (paths.Any(path => path.Key.StartsWith('/') || path.Value.Split('/').Count(part => part == "..") > RegisteredAsset.MostLevelsUp))
            return null;
        return new UsedComponent(
            Shapes.Any.Json(component.Map)!.ToJsonString(), shape.Json(component.Map)!.AsObject(), paths.ToDictionary(path => path.Value, path => path.Key));
    }

    private static void Collect(SourceFile file, string path, SourceFiles files, Dictionary<string, string> named)
    {
        foreach (var found in file.Check.Files.Where(found => path.Length == 0 || found.Field.StartsWith(path + ".", StringComparison.Ordinal)))
        {
            if (named.TryAdd(found.Path.Key, found.Field) && files.All.FirstOrDefault(other => other.Key == found.Path.Key) is { } inner)
                Collect(inner, "", files, named);
        }
    }

    private static string Relative(string folder, string key) =>
        Path.GetRelativePath(Path.Combine(s_above, folder), Path.Combine(s_above, key)).Replace('\\', '/');
}
