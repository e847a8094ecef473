using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A local path that a checked file names.</summary>
/// <param name="Field">Where: "jobs.train.code".</param>
internal sealed record NamedFile(string Source, string Field, LocalPath Path);

/// <summary>One file being checked.</summary>
/// <param name="folder">The folder of the file, from the folder of the job's own file.</param>
internal sealed class Check(Problems problems, string folder)
{
    public string Folder { get; } = folder;

    public Problems Problems { get; } = problems;

    public List<NamedFile> Files { get; } = [];

    public void Refuse(YamlNode node, string path, string message) => Problems.Add(node.Place, path, message);

    /// <summary>Reports what is malformed, or stands where it may not.</summary>
    public Template Expressions(YamlScalar scalar, string path, ExpressionScope scope)
    {
        var template = ExpressionReader.Read(scalar.Text, wrong => Refuse(scalar, path, wrong));
        foreach (var expression in template.Expressions.Where(found => !scope.Allows(found.Kind)))
            Refuse(scalar, path, $"{expression} may not stand here; allowed: {scope.Forms()}.");
        return template;
    }

    public Reference? Reference(YamlScalar scalar, string path, ReferenceUse use)
    {
        var read = ReferenceReader.Read(scalar.Text, use, Folder, out var wrong);
        if (wrong is not null)
            Refuse(scalar, path, wrong);
        if (read is LocalPath local)
            Files.Add(new NamedFile(scalar.Place.Source, path, local));
        return read;
    }
}
