using Microsoft.Extensions.Options;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Asks for collections of garbage and tells of them. One at a time runs in all servers together.</summary>
public sealed class Collections
{
    internal const string WorkKind = "collect";

    private readonly Database _database;
    private readonly WorkQueue _queue;
    private readonly CollectionStore _store;
    private readonly CondemnedStore _condemned;
    private readonly IOptions<CollectionOptions> _options;
    private readonly TimeProvider _time;

    internal Collections(
        Database database, WorkQueue queue, CollectionStore store, CondemnedStore condemned, IOptions<CollectionOptions> options, TimeProvider time)
    {
        _database = database;
        _queue = queue;
        _store = store;
        _condemned = condemned;
        _options = options;
        _time = time;
    }

    /// <summary>Conflict when one is under way.</summary>
    /// <param name="grace">Null: what the server's configuration says.</param>
    public async Task<Collection> StartAsync(string principal, bool dryRun, TimeSpan? grace, CancellationToken ct)
    {
        var id = Ids.New(_time);
        var patience = grace ?? TimeSpan.FromHours(_options.Value.GraceHours);
        await _database.WriteAsync(
            async (tx, token) =>
            {
                if (await CollectionStore.FindOpenAsync(tx, token) is { } open)
                    throw SlipwayException.Conflict($"The collection {open} is under way; wait until it has ended.");
                await CollectionStore.AddAsync(tx, id, dryRun, patience, principal, _time.UtcNow(), token);
                await _queue.EnqueueAsync(
                    tx,
                    new NewWork { Workspace = WorkspaceName.Default, Principal = principal, Kind = WorkKind, Key = WorkKind, Payload = id },
                    token);
            },
            ct);
        return (await _store.FindAsync(id, ct))!;
    }

    public Task<Collection?> FindAsync(string id, CancellationToken ct) => _store.FindAsync(id, ct);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<Collection>> ListAsync(int limit, CancellationToken ct) => _store.ListAsync(limit, ct);

    /// <summary>What waits for the end of its grace.</summary>
    public Task<(int Count, long Bytes)> CondemnedAsync(CancellationToken ct) => _condemned.TotalAsync(ct);
}
