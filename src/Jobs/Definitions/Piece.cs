using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>A mapping in a file: a job, a step, a component, a trial.</summary>
/// <param name="Path">Where in the file: "jobs.train", "" for its root.</param>
internal sealed record Piece(SourceFile File, YamlMap Map, string Path)
{
    public string Folder => File.Check.Folder;

    public string At(string key) => Schema.Shape.Join(Path, key);

    public IEnumerable<YamlEntry> Entries(string key) => Map.Map(key)?.Entries ?? [];
}
