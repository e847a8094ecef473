using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Moves;

/// <summary>The names of experiments that are in one folder.</summary>
internal sealed class FolderMoves(Database database, TimeProvider time)
{
    /// <summary>Renames what is in a folder; the new names by id.</summary>
    public Task<IReadOnlyDictionary<long, string>> RunAsync(
        WorkspaceName workspace, ExperimentFolder from, ExperimentFolder to, CancellationToken ct) =>
        database.WriteAsync(async (tx, token) =>
        {
            var all = await tx.QueryAsync<Row>(
                "select id, name from experiments where workspace = @Workspace", new { Workspace = workspace.Value }, token);
            var renamed = from.Renamed(all.Select(row => (row.Id, row.Name)), to);
            DemandFree(all, renamed);
            foreach (var (id, name) in renamed)
                await RenameAsync(tx, id, name, token);
            return renamed;
        }, ct);

    private static void DemandFree(IReadOnlyList<Row> all, IReadOnlyDictionary<long, string> renamed)
    {
        var taken = all.Where(row => !renamed.ContainsKey(row.Id)).Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var name in renamed.Values)
        {
            // "/a/x" and "a/x" are two names, and one in any other folder.
            if (!taken.Add(name))
                throw new SlipwayException(ErrorCode.AlreadyExists, $"There is an experiment '{name}' already, perhaps a deleted one; nothing was moved.");
        }
    }

    private Task<int> RenameAsync(DbTransaction tx, long id, string name, CancellationToken ct) => tx.ExecuteAsync(
        "update experiments set name = @Name, updated_at = @Now where id = @Id",
        new { Id = id, Name = name, Now = time.UtcNow() },
        ct);

    private sealed record Row
    {
        public required long Id { get; init; }

        public required string Name { get; init; }
    }
}
