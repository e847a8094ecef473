using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Architecture;

public sealed partial class Migrations
{
    [Fact]
    public void The_migrations_of_a_module_are_numbered_without_gaps()
    {
        var broken = SourceTree.Under("src", ".sql")
            .Where(file => file.Contains("/Migrations/", StringComparison.Ordinal))
            .GroupBy(file => Path.GetDirectoryName(file)!)
            .Where(folder => !IsGapless(folder))
            .Select(folder => $"{folder.Key}: {string.Join(", ", folder.Select(Path.GetFileName).Order())}");

        Findings.None(broken);
    }

    // Who answers for the contents that a column names: an IContentRoots, or why they need none.
    private static readonly Dictionary<string, string> s_references = new()
    {
        ["condemned_blobs.digest"] = "what is to be deleted",
        ["content_packs.digest"] = "PackRoots",
        ["packed_contents.digest"] = "where a content stands, which others keep",
        ["data_versions.tree"] = "VersionRoots",
        ["data_profiles.digest"] = "made again from a version's content",
        ["datastore_objects.digest"] = "asked for in the store before it is used",
        ["data_test_runs.tree"] = "the report of a test outlives the data",
        ["datasets.digest"] = "MLflow's own word, no content",
        ["logged_model_metrics.dataset_digest"] = "MLflow's own word, no content",
        ["artifacts.digest"] = "ArtifactRoots",
        ["artifact_upload_parts.digest"] = "ArtifactRoots",
        ["model_versions.tree"] = "ModelRoots",
        ["job_definitions.files"] = "JobRoots",
        ["job_schedules.files"] = "JobRoots",
        ["job_assets.files"] = "JobRoots",
        ["job_assets.digest"] = "of a definition, no content",
        ["dataflows.files"] = "DataflowRoots",
        ["collected_segments.digest"] = "SegmentRoots",
        ["label_segments.digest"] = "SegmentRoots",
        ["batch_deployments.files"] = "BatchRoots",
    };

    [Fact]
    public void Every_column_that_names_contents_has_somebody_who_keeps_them()
    {
        var columns = SourceTree.Under("src", ".sql")
            .Where(file => file.Contains("/Migrations/", StringComparison.Ordinal))
            .SelectMany(file => ContentColumns(SourceTree.Text(file).Split('\n')))
            .ToList();

        Findings.None(columns.Where(column => !s_references.ContainsKey(column)).Select(column =>
            $"{column}: the garbage collector must know what it keeps; list it in an IContentRoots and enter it here."));
        Assert.Equal(s_references.Keys.Order(), columns.Order());
    }

    private static IEnumerable<string> ContentColumns(IEnumerable<string> lines)
    {
        var table = "";
        foreach (var line in lines)
        {
            if (Table.Match(line) is { Success: true } begun)
                table = begun.Groups[1].Value;
            if (ContentColumn.Match(line) is { Success: true } column)
                yield return $"{table}.{column.Groups[1].Value}";
        }
    }

    [GeneratedRegex(@"^(?:create|alter) table (\w+)")]
    private static partial Regex Table { get; }

    [GeneratedRegex(@"(?:^\s+|add column )(\w*(?:digest|tree|blob|files)\w*) (?:text|\{\{json\}\})")]
    private static partial Regex ContentColumn { get; }

    private static bool IsGapless(IEnumerable<string> folder)
    {
        var numbers = folder.Select(file => Number.Match(Path.GetFileName(file)))
            .Select(match => match.Success ? int.Parse(match.Value, null) : 0)
            .Order()
            .ToList();
        return numbers.SequenceEqual(Enumerable.Range(1, numbers.Count));
    }

    [GeneratedRegex(@"^\d+")]
    private static partial Regex Number { get; }
}
