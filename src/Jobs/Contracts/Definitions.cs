using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>A mistake in a definition; its text is "file:line:column: path.to.field: what is wrong, what is allowed".</summary>
/// <param name="Source">The file, or the option of the command line that the mistake was made with; the line is 0 then.</param>
/// <param name="Path">"jobs.train.inputs.data"; "" for the file as a whole.</param>
public sealed record DefinitionProblem(string Source, int Line, int Column, string Path, string Message)
{
    public override string ToString() =>
        $"{(Line == 0 ? Source : $"{Source}:{Line}:{Column}")}: {(Path.Length == 0 ? "" : Path + ": ")}{Message}";
}

/// <summary>What lies at a local path.</summary>
public enum LocalKind
{
    Missing,
    File,
    Folder,
    EmptyFolder,
}

/// <summary>A definition in YAML, with what is needed to check it. No server is asked.</summary>
public sealed record DefinitionFile
{
    public required string Yaml { get; init; }

    /// <summary>The file's name as the user gave it, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>One of <see cref="Definitions.Kinds"/>, where the verb tells; null: the file tells it itself.</summary>
    public string? Kind { get; init; }

    /// <summary>The text of another file, by its path from the folder of this one ("components/train.yml"); null when there is none.</summary>
    public Func<string, string?> Open { get; init; } = _ => null;

    /// <summary>What lies at a path from the folder of this file. Null: local paths are not looked at.</summary>
    public Func<string, LocalKind>? Look { get; init; }

    /// <summary>Applied before anything is checked.</summary>
    public IReadOnlyList<DefinitionEdit> Edits { get; init; } = [];

    /// <summary>The step kinds of other modules, which jobs may use.</summary>
    public IReadOnlyCollection<IStepKind> StepKinds { get; init; } = [];
}

/// <summary>Azure ML definitions of every kind: what they are, whether they are right, and their JSON Schemas.</summary>
public static class Definitions
{
    /// <summary>job, component, data, model, environment, …: as in the commands.</summary>
    public static IReadOnlyList<string> Kinds => DefinitionKinds.Names;

    /// <summary>The kind of a definition, or null when it cannot be told.</summary>
    public static string? Detect(DefinitionFile file) =>
        CheckedFile.Read(file, new Problems()) is { } read ? read.Kind : null;

    /// <summary>All that is wrong with a definition; empty when nothing is.</summary>
    public static IReadOnlyList<DefinitionProblem> Validate(DefinitionFile file)
    {
        var problems = new Problems();
        CheckedFile.Read(file, problems);
        return [.. problems.InOrder.Select(problem => new DefinitionProblem(
            problem.Place.Source, problem.Place.Line, problem.Place.Column, problem.Path, problem.Message))];
    }

    /// <summary>
    /// The definition in JSON, with Azure ML's field names, values spelt as in the reference, and no defaults added. A
    /// <see cref="SlipwayException"/> (InvalidParameter) tells all that is wrong, a line each.
    /// </summary>
    public static JsonObject Read(DefinitionFile file)
    {
        var problems = new Problems();
        var read = CheckedFile.Read(file, problems);
        problems.ThrowIfAny();
        return read!.Json;
    }

    /// <summary>
    /// The local files and folders that the definition and the files in it refer to, as paths from its folder; what
    /// <see cref="NewJob.Files"/> wants trees for. The definition must be right.
    /// </summary>
    public static IReadOnlyList<string> LocalPaths(DefinitionFile file)
    {
        var problems = new Problems();
        var read = CheckedFile.Read(file, problems);
        problems.ThrowIfAny();
        return [.. read!.LocalPaths.Select(path => path.Key).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The tree that came for a local path as it is written in a definition; null: none came.</summary>
    public static Digest? FileOf(IReadOnlyDictionary<string, Digest> files, string path) =>
        files.TryGetValue(Jobs.Definitions.LocalPaths.Normalize(path), out var tree) ? tree : null;

    /// <summary>The definition with the edits applied, as JSON (which is YAML).</summary>
    public static string Edit(string yaml, string source, IReadOnlyList<DefinitionEdit> edits) => CheckedFile.Edit(yaml, source, edits);

    /// <summary>The JSON Schema of a kind, for editors.</summary>
    public static JsonObject Schema(string kind, IReadOnlyCollection<IStepKind> stepKinds) =>
        SchemaExport.Of($"Slipway {kind}", DefinitionKinds.Get(kind).Shape(OwnKinds.Tables(stepKinds)));
}
