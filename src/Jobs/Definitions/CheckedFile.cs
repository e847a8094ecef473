using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>A definition of any kind, read and checked.</summary>
internal sealed record CheckedFile(string Kind, JsonObject Json, IReadOnlyList<LocalPath> LocalPaths)
{
    // People write file names and expressions; < and & need no escapes in a file.
    private static readonly JsonSerializerOptions s_readable =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    public static CheckedFile? Read(DefinitionFile file, Problems problems)
    {
        if (YamlReader.Read(file.Yaml, file.Source, problems) is not { } root)
            return null;

        root = YamlEdit.Apply(root, file.Edits, problems);
        if (ForeignDefinitions.Tell(root) is { } foreign)
        {
            problems.Add(root.Place, "", foreign);
            return null;
        }

        var tables = OwnKinds.Tables(file.StepKinds);
        var kind = file.Kind is null ? DefinitionKinds.Detect(root, file.Source, tables) : DefinitionKinds.Get(file.Kind);
        if (kind is null)
        {
            problems.Add(root.Place, "", $"The kind of this definition cannot be told; add '$schema' or say it. Known: {string.Join(", ", DefinitionKinds.Names)}.");
            return null;
        }

        var text = new DefinitionText { Yaml = file.Yaml, Source = file.Source, Open = file.Open, IsComplete = false };
        var files = new SourceFiles(text, problems);
        var shape = kind.Shape(tables);
        if (kind.Name == "job")
            new DefinitionReader(tables).Read(root, files);
        else
            Check(root, files, shape, kind.Name == "component" ? tables : null);

        // What a push starts lies in its commit, not here.
        if (file.Look is not null && root.Map("trigger")?["repository"] is null)
            LocalFileCheck.Run(files.All, file.Look, problems);
        var json = shape.Json(root) as JsonObject ?? [];
        return new CheckedFile(kind.Name, json, [.. files.Named.Select(named => named.Path)]);
    }

    public static string Edit(string yaml, string source, IReadOnlyList<DefinitionEdit> edits)
    {
        var problems = new Problems();
        var root = YamlReader.Read(yaml, source, problems);
        var edited = root is null ? null : YamlEdit.Apply(root, edits, problems);
        problems.ThrowIfAny();
        return Shapes.Any.Json(edited!)!.ToJsonString(s_readable);
    }

    private static void Check(YamlMap root, SourceFiles files, Shape shape, JobTables? componentOf)
    {
        var file = files.Own(root);
        shape.Check(root, "", file.Check);
        if (componentOf is not null)
            new DefinitionReader(componentOf).ReadComponent(file, files);
    }
}
