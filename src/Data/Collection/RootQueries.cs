using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Reads the references of a table page by page.</summary>
public static partial class RootQueries
{
    private const int PageSize = 2000;

    /// <summary>
    /// Every digest that stands in the column "text" of the rows of a query, be it alone or within JSON.
    /// </summary>
    /// <param name="sql">
    /// Gives workspace, node and text, and the key that it is ordered by as first, second, third (texts) and number, as far
    /// as it has them; it takes at most @PageSize rows after @First, @Second, @Third, @Number.
    /// </param>
    public static async IAsyncEnumerable<ContentRoot> RootsAsync(
        this Database database, string sql, RootKind kind, string reason, [EnumeratorCancellation] CancellationToken ct)
    {
        IReadOnlyList<Row> page = [];
        do
        {
            var last = page.Count == 0 ? null : page[^1];
            page = await database.QueryAsync<Row>(
                sql,
                new { Number = last?.Number ?? 0, First = last?.First ?? "", Second = last?.Second ?? "", Third = last?.Third ?? "", PageSize },
                ct);
            foreach (var row in page)
            {
                var workspace = WorkspaceName.Parse(row.Workspace);
                foreach (Match match in DigestPattern().Matches(row.Text))
                    yield return new ContentRoot(Digest.Parse(match.Value), kind, workspace, row.Node, reason);
            }
        }
        while (page.Count == PageSize);
    }

    [GeneratedRegex("sha256:[0-9a-f]{64}")]
    private static partial Regex DigestPattern();

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Node { get; init; }

        public required string Text { get; init; }

        public long Number { get; init; }

        public string? First { get; init; }

        public string? Second { get; init; }

        public string? Third { get; init; }
    }
}
