using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Yaml;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.MlTables;

/// <summary>
/// Reads a file MLTable:
/// <code>
/// paths:
///   - pattern: ./*.csv
/// transformations:
///   - read_delimited: {delimiter: ';', header: all_files_same_headers}
///   - filter: col("delay") > 15
/// </code>
/// What it cannot do is refused, since the rows would be others than those that are meant.
/// </summary>
internal static class MlTableReader
{
    private const int MaxLength = 1 << 20;

    private static readonly string[] s_readings = ["read_delimited", "read_parquet", "read_json_lines"];
    private static readonly string[] s_partitions = ["extract_columns_from_partition_format", "extract_partition_format_into_columns"];
    private static readonly string[] s_known = [.. s_readings, .. s_partitions, .. RowSteps.Known];

    public static MlTable Read(string yaml)
    {
        if (yaml.Length > MaxLength)
            throw SlipwayException.Invalid($"{MlTable.FileName}: it has at most {MaxLength:N0} characters; this file has {yaml.Length:N0}.");
        var problems = new YamlProblems(MlTable.FileName);
        var root = new YamlFields(problems.Read(yaml, "An MLTable is a mapping with paths and transformations."), problems);
        root.AllowOnly("An MLTable", ["$schema", "type", "paths", "transformations", "metadata", "traits"]);
        var table = new MlTable { Paths = [.. Paths(root, problems)], Reading = null, Steps = [] };
        table = Transform(table, root, problems);
        problems.ThrowIfAny();
        return table;
    }

    private static IEnumerable<MlTablePath> Paths(YamlFields root, YamlProblems problems)
    {
        if (root.Find("paths") is not YamlSequenceNode { Children.Count: > 0 } paths)
        {
            problems.Add(root.Find("paths") ?? root.Node, "paths is a list of files, folders and patterns, such as - file: ./flights.csv.");
            yield break;
        }

        foreach (var node in paths.Children)
        {
            if (node is not YamlMappingNode { Children: [var (key, value)] } || value is not YamlScalarNode { Value: { Length: > 0 } text }
                || key is not YamlScalarNode { Value: "file" or "folder" or "pattern" } kind)
            {
                problems.Add(node, "A path is one of file, folder and pattern, such as - pattern: ./*.csv.");
            }
            else if (Path(kind.Value!, text) is { } matches)
            {
                yield return new MlTablePath(text, problems.Place(node), matches);
            }
            else
            {
                problems.Add(value, $"'{text}' leads out of the version: only files that lie in it are read.");
            }
        }
    }

    /// <summary>Null: it leads out of the version.</summary>
    private static Func<string, bool>? Path(string kind, string text)
    {
        var path = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        if (path.StartsWith('/') || path.Contains("://", StringComparison.Ordinal) || path.Contains('\\') || path.Split('/').Contains(".."))
            return null;
        if (kind == "file" || (kind == "pattern" && path.IndexOfAny(['*', '?']) < 0))
            return name => name == path;
        var folder = path is "." ? "" : path.TrimEnd('/');
        return ObjectPattern.OfFolder(folder).Matches;
    }

    private static MlTable Transform(MlTable table, YamlFields root, YamlProblems problems)
    {
        if (root.Find("transformations") is not { } found)
            return table;
        if (found is not YamlSequenceNode list)
        {
            problems.Add(found, "transformations is a list.");
            return table;
        }

        foreach (var node in list.Children)
        {
            var (name, value) = node switch
            {
                YamlScalarNode { Value: { } word } => (word, null),
                YamlMappingNode { Children: [var (key, given)] } => (key.ToString(), given),
                _ => ("", null),
            };
            if (name.Length == 0)
                problems.Add(node, "A transformation has one name, such as - take: 10.");
            else if (!s_known.Contains(name))
                problems.Add(node, $"Slipway does not know the transformation '{name}'.{Nearest.Hint(name, s_known)} Known: {string.Join(", ", s_known)}.");
            else
                table = Add(table, name, node, value, problems);
        }

        return table;
    }

    private static MlTable Add(MlTable table, string name, YamlNode node, YamlNode? value, YamlProblems problems)
    {
        if (s_readings.Contains(name))
        {
            if (table.Reading is not null || table.Steps.Count > 0)
                problems.Add(node, $"{name} comes first, and once: it makes rows of the files.");
            return table with { Reading = FileReadings.Of(name, node, value, problems) };
        }

        try
        {
            if (!s_partitions.Contains(name))
                return table with { Steps = [.. table.Steps, RowSteps.Of(name, node, value, problems)] };
            if (table.Reading is null || table.Steps.Count > 0)
                throw SlipwayException.Invalid("it follows the reading of the files");
            var text = (value as YamlScalarNode)?.Value ?? throw SlipwayException.Invalid("it is a text, such as {year}/{month}/part.csv");
            return table with { Reading = table.Reading with { Partitions = PartitionFormat.Parse(text) } };
        }
        catch (SlipwayException refusal)
        {
            problems.Add(node, $"{name}: {refusal.Message}.");
            return table;
        }
    }
}
