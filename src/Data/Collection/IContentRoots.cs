using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>What a digest in a record names.</summary>
public enum RootKind
{
    /// <summary>A content.</summary>
    Blob,

    /// <summary>A tree: its manifest, and the contents of its files.</summary>
    Tree,

    /// <summary>The record does not say; the content is looked at.</summary>
    Unknown,
}

/// <summary>A content that a record refers to, and so keeps.</summary>
/// <param name="Node">The record: "data:flights@3".</param>
/// <param name="Reason">In words that follow "kept because": "it is version 3 of flights".</param>
public sealed record ContentRoot(Digest Digest, RootKind Kind, WorkspaceName Workspace, string Node, string Reason);

/// <summary>
/// The contents that the records of one module keep. Every table with a digest in it belongs to one of these, or the
/// collector takes what it names for garbage.
/// </summary>
public interface IContentRoots : IPolicy
{
    /// <summary>All of them, of all workspaces; the same one may come twice. Read in pages: there may be millions.</summary>
    IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct);
}

/// <summary>Records that keep contents for a while only: a collection ends those whose time is over before it looks.</summary>
public interface IContentRetention : IPolicy
{
    /// <summary>Forgets (in a dry run: counts) what is older than the rules allow; the number of records.</summary>
    Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct);
}
