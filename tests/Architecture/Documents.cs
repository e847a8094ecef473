using System.Text.RegularExpressions;
using Slipway.Shared;
using Xunit;

namespace Slipway.Architecture;

/// <summary>Whoever reads the documents from the README on finds each of them, and no link that leads nowhere.</summary>
public sealed partial class Documents
{
    private static readonly string[] s_documents = [.. SourceTree.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))];

    [Fact]
    public void Every_link_leads_to_a_file_and_to_a_heading_that_it_has()
    {
        Findings.None(s_documents.SelectMany(file => Links(file)
            .Where(link => !Leads(link))
            .Select(link => $"{file}: {link.Path}{(link.Heading.Length > 0 ? "#" : "")}{link.Heading} leads nowhere")));
    }

    [Fact]
    public void Every_guide_and_reference_is_listed_in_the_README()
    {
        Findings.None(Unlinked("README.md", "docs/guides", "docs/reference"));
    }

    [Fact]
    public void Every_description_of_a_part_is_listed_in_the_architecture()
    {
        Findings.None(Unlinked("ARCHITECTURE.md", "docs/architecture", "docs/adr"));
    }

    [Fact]
    public void Every_project_is_on_the_map_of_the_architecture()
    {
        var map = SourceTree.Text("ARCHITECTURE.md");

        Findings.None(SourceTree.Under("src", ".csproj")
            .Select(file => Path.GetDirectoryName(file)!["src/".Length..])
            .Where(project => !map.Contains($"`{project}`", StringComparison.Ordinal))
            .Select(project => $"ARCHITECTURE.md does not say what {project} holds"));
    }

    private static IEnumerable<string> Unlinked(string from, params string[] folders)
    {
        var linked = Links(from).Select(link => link.Path).ToHashSet();
        return folders.SelectMany(folder => SourceTree.Under(folder, ".md")).Where(file => !linked.Contains(file)).Select(file => $"{from} does not link to {file}");
    }

    private static IEnumerable<(string Path, string Heading)> Links(string file)
    {
        var folder = Path.GetDirectoryName(Repository.Path(file))!;
        foreach (var target in Link.Matches(Prose(SourceTree.Text(file))).Select(match => match.Groups[1].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                continue;
            var parts = target.Split('#', 2);
            var full = parts[0].Length == 0 ? Repository.Path(file) : Path.GetFullPath(Path.Combine(folder, parts[0]));
            yield return (Path.GetRelativePath(Repository.Root(), full), parts.Length > 1 ? parts[1] : "");
        }
    }

    private static bool Leads((string Path, string Heading) link)
    {
        var full = Repository.Path(link.Path);
        if (link.Heading.Length == 0)
            return File.Exists(full) || Directory.Exists(full);
        return File.Exists(full) && Prose(File.ReadAllText(full)).Split('\n').Where(line => line.StartsWith('#')).Select(Anchor).Contains(link.Heading);
    }

    // As GitHub makes them: lower case, spaces become hyphens, all but letters, digits, hyphens and underscores goes.
    private static string Anchor(string heading) => string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant()
        .Select(letter => letter == ' ' ? '-' : letter).Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_'));

    private static string Prose(string text) => Code.Replace(text, "");

    [GeneratedRegex(@"^```.*?^```\s*?$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code { get; }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link { get; }
}
