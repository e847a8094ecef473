using Slipway.Jobs.Assets;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>A YAML file that was read and checked.</summary>
/// <param name="Key">Where it lies, from the folder of the job's own file; "" for that file itself.</param>
internal sealed record SourceFile(string Key, YamlMap Root, Check Check)
{
    public string Source => Root.Place.Source;

    /// <summary>True: a file of another system (a prompt flow or its run), of which nothing is known here.</summary>
    public bool IsForeign => Root.Text("$schema")?.Split('/')[^1].ToLowerInvariant() is "flow.schema.json" or "run.schema.json";
}

/// <summary>Opens the files that a definition refers to, each once.</summary>
internal sealed class SourceFiles(DefinitionText text, Problems problems)
{
    private readonly Dictionary<string, SourceFile?> _opened = new(StringComparer.Ordinal);
    private readonly List<SourceFile> _all = [];
    private readonly List<Piece> _components = [];

    public Problems Problems => problems;

    public bool IsComplete => text.IsComplete;

    public IReadOnlyList<SourceFile> All => _all;

    /// <summary>The components that steps use and that are not registered, each once.</summary>
    public IReadOnlyList<Piece> Components => _components;

    /// <summary>What local paths all the files name.</summary>
    public IEnumerable<NamedFile> Named => _all.SelectMany(file => file.Check.Files);

    public Piece Uses(Piece component)
    {
        if (_components.All(known => known.Map != component.Map))
            _components.Add(component);
        return component;
    }

    public SourceFile Own(YamlMap root)
    {
        var file = new SourceFile("", root, new Check(problems, ""));
        _all.Add(file);
        return file;
    }

    /// <summary>The file, checked by the shape; null when it cannot be read, which is then reported.</summary>
    public SourceFile? Open(LocalPath path, Shape shape, YamlNode from, string field)
    {
        if (_opened.TryGetValue(path.Key, out var known))
            return known;

        SourceFile? file = null;
        if (text.Open(path.Key) is not { } yaml)
            problems.Add(from.Place, field, $"'{path.Text}' does not exist (looked for '{path.Key}').");
        else if (YamlReader.Read(yaml, SourceOf(path.Key), problems) is { } root)
            file = new SourceFile(path.Key, root, new Check(problems, LocalPaths.FolderOf(path.Key)));
        _opened[path.Key] = file;
        if (file is not null)
        {
            _all.Add(file);
            if (!file.IsForeign)
                shape.Check(file.Root, "", file.Check);
        }

        return file;
    }

    /// <summary>The registered component or environment, checked by the shape; null when there is none.</summary>
    public SourceFile? OpenRegistered(AssetKind kind, Reference reference, Shape shape)
    {
        if (text.Registered(kind, reference) is not { } asset)
            return null;
        if (_opened.TryGetValue(asset.Key, out var known))
            return known;

        SourceFile? file = null;
        if (YamlReader.Read(asset.Yaml, reference.Text, problems) is { } root)
        {
            file = new SourceFile(asset.Key, root, new Check(problems, LocalPaths.FolderOf(asset.Key)));
            _all.Add(file);
            shape.Check(root, "", file.Check);
        }

        _opened[asset.Key] = file;
        return file;
    }

    // The messages name files as the user would: relative to where the job's own file was given.
    private string SourceOf(string key)
    {
        var folder = LocalPaths.FolderOf(text.Source.Replace('\\', '/'));
        return key.StartsWith('/') ? key : LocalPaths.Join(folder, key);
    }
}
