using System.Text.RegularExpressions;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>A branch or tag that was moved to a commit.</summary>
internal sealed partial record Push
{
    private const string Heads = "refs/heads/", Tags = "refs/tags/";

    /// <summary>The addresses that the repository has at its service.</summary>
    public required IReadOnlyList<string> Repositories { get; init; }

    public string Repository => Repositories.Count > 0 ? Repositories[0] : "";

    /// <summary>"refs/heads/main".</summary>
    public required string Ref { get; init; }

    /// <summary>All zeros: it was deleted.</summary>
    public required string Commit { get; init; }

    /// <summary>All zeros: it is new.</summary>
    public string Before { get; init; } = "";

    public string Author { get; init; } = "";

    /// <summary>The first line of the commit's message.</summary>
    public string Message { get; init; } = "";

    /// <summary>The files that changed; null: the call does not tell all of them.</summary>
    public IReadOnlyCollection<string>? Paths { get; init; }

    public bool IsDeleted => Zeros().IsMatch(Commit);

    /// <summary>"main", also of a tag.</summary>
    public string Branch => BranchOf(Ref);

    public static string BranchOf(string name) =>
        name.StartsWith(Heads, StringComparison.Ordinal) ? name[Heads.Length..]
        : name.StartsWith(Tags, StringComparison.Ordinal) ? name[Tags.Length..]
        : name;

    /// <summary>A name of an object as git gives it: 40 or 64 hexadecimal digits.</summary>
    public static bool IsCommit(string text) => Hash().IsMatch(text);

    /// <summary>Whether there is a commit to compare with.</summary>
    public static bool IsKnown(string commit) => IsCommit(commit) && !Zeros().IsMatch(commit);

    /// <summary>What git takes for the name of a branch or tag, without what it could take for an option or a pattern.</summary>
    public static bool IsRef(string text) => RefName().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"\A0+\z")]
    private static partial Regex Zeros();

    [GeneratedRegex(@"\A([0-9a-f]{40}|[0-9a-f]{64})\z")]
    private static partial Regex Hash();

    [GeneratedRegex(@"\A(HEAD|refs/(heads|tags)/[A-Za-z0-9_][A-Za-z0-9_./+@#-]{0,240})\z")]
    private static partial Regex RefName();
}
