using System.Data.Common;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>The SQL of table work_items.</summary>
internal sealed class WorkItemStore(Dialect dialect)
{
    // The writer of SQLite is not to be held up for long.
    private const int DeletedAtOnce = 10_000;

    private const string Columns =
        """
        id, workspace, principal, kind, key, payload, state, attempt, max_attempts, fence, owner, not_before, expires_at,
        error, created_at, finished_at
        """;

    public Task<long> InsertAsync(DbTransaction tx, NewWork work, long now, CancellationToken ct) =>
        tx.FindAsync<long>(
            """
            insert into work_items (
                workspace, principal, kind, key, payload, priority, state, attempt, max_attempts, fence, not_before, created_at)
            values (
                @Workspace, @Principal, @Kind, @Key, @Payload, @Priority, 'queued', 0, @MaxAttempts, 0, @NotBefore, @Now)
            on conflict (workspace, kind, key) where state in ('queued', 'leased') do update
            set priority = case when excluded.priority > work_items.priority then excluded.priority else work_items.priority end,
                not_before = case when excluded.not_before < work_items.not_before then excluded.not_before else work_items.not_before end
            returning id
            """,
            new
            {
                Workspace = work.Workspace.Value,
                work.Principal,
                work.Kind,
                work.Key,
                work.Payload,
                work.Priority,
                work.MaxAttempts,
                NotBefore = work.NotBefore?.ToUnixTimeMilliseconds() ?? now,
                Now = now,
            },
            ct);

    public async Task<bool> AnyDueAsync(Database database, string[] kinds, long now, CancellationToken ct) =>
        await database.FindAsync<int?>(
            $"select 1 where exists (select 1 from work_items where {Queued(kinds)}) or exists (select 1 from work_items where {Expired(kinds)})",
            new { Kinds = kinds, Kind = kinds.FirstOrDefault(), Now = now },
            ct) is not null;

    public async Task<Lease?> LeaseAsync(
        DbTransaction tx, string[] kinds, string owner, long now, long duration, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            """
            update work_items
            set state = 'failed', fence = fence + 1, finished_at = @Now,
                error = coalesce(error || ' ', '') || 'The worker ''' || owner || ''' died or hung during the last attempt.'
            where state = 'leased' and expires_at <= @Now and attempt >= max_attempts
            """,
            new { Now = now },
            ct);
        var row = await tx.FindAsync<Row>(
            $"""
            update work_items
            set state = 'leased', owner = @Owner, attempt = attempt + 1, fence = fence + 1, expires_at = @Expires
            where id = coalesce(
                (select id from work_items where {Expired(kinds)} order by expires_at limit 1 {dialect.ForUpdateSkipLocked}),
                (select id from work_items where {Queued(kinds)} order by priority desc, id limit 1 {dialect.ForUpdateSkipLocked}))
            returning {Columns}
            """,
            new { Kinds = kinds, Kind = kinds.FirstOrDefault(), Owner = owner, Now = now, Expires = now + duration },
            ct);
        return row?.ToLease();
    }

    public async Task<bool> ExtendAsync(DbTransaction tx, Lease lease, long expires, CancellationToken ct) =>
        await tx.ExecuteAsync(
            "update work_items set expires_at = @Expires where id = @Id and fence = @Fence and state = 'leased'",
            new { lease.Id, lease.Fence, Expires = expires },
            ct) == 1;

    public async Task<bool> FinishAsync(
        DbTransaction tx, Lease lease, WorkState state, string? error, long now, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update work_items set state = @State, error = @Error, finished_at = @Now, expires_at = null
            where id = @Id and fence = @Fence and state = 'leased'
            """,
            new { lease.Id, lease.Fence, State = Text(state), Error = error, Now = now },
            ct) == 1;

    public async Task<bool> RequeueAsync(
        DbTransaction tx, Lease lease, int attempt, string? error, long notBefore, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update work_items
            set state = 'queued', owner = null, expires_at = null, attempt = @Attempt, error = @Error, not_before = @NotBefore
            where id = @Id and fence = @Fence and state = 'leased'
            """,
            new { lease.Id, lease.Fence, Attempt = attempt, Error = error, NotBefore = notBefore },
            ct) == 1;

    public Task<int> ReleaseAsync(DbTransaction tx, string owner, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            "update work_items set expires_at = @Now where owner = @Owner and state = 'leased'",
            new { Owner = owner, Now = now },
            ct);

    public async Task<IReadOnlyList<WorkItem>> ListAsync(
        Database database, string kind, WorkState state, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from work_items where kind = @Kind and state = @State order by id limit @Limit",
            new { Kind = kind, State = Text(state), Limit = limit },
            ct);
        return [.. rows.Select(row => row.ToItem())];
    }

    public Task<int> DeleteFinishedAsync(DbTransaction tx, long before, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            delete from work_items
            where id in (select id from work_items where state in ('done', 'failed') and finished_at < @Before limit @Limit)
            """,
            new { Before = before, Limit = DeletedAtOnce },
            ct);

    // Two looks, each along its own index: one condition for both would sort all that is queued, and so would a list of
    // kinds on PostgreSQL.
    private string Queued(string[] kinds) => $"{OneOf(kinds)} and state = 'queued' and not_before <= @Now";

    private string Expired(string[] kinds) => $"{OneOf(kinds)} and state = 'leased' and expires_at <= @Now";

    private string OneOf(string[] kinds) => kinds.Length == 1 ? "kind = @Kind" : dialect.AnyOf("kind", "@Kinds");

    private static string Text(WorkState state) => state switch
    {
        WorkState.Queued => "queued",
        WorkState.Leased => "leased",
        WorkState.Done => "done",
        _ => "failed",
    };

    private sealed record Row
    {
        public required long Id { get; init; }

        public required string Workspace { get; init; }

        public required string Principal { get; init; }

        public required string Kind { get; init; }

        public string? Key { get; init; }

        public required string Payload { get; init; }

        public required string State { get; init; }

        public required int Attempt { get; init; }

        public required int MaxAttempts { get; init; }

        public required long Fence { get; init; }

        public string? Owner { get; init; }

        public required long NotBefore { get; init; }

        public long? ExpiresAt { get; init; }

        public string? Error { get; init; }

        public required long CreatedAt { get; init; }

        public long? FinishedAt { get; init; }

        public Lease ToLease() => new(
            Id, WorkspaceName.Parse(Workspace), Principal, Kind, Key, Payload, Attempt, MaxAttempts, Fence, Owner!,
            ExpiresAt!.Value.ToTime());

        public WorkItem ToItem() => new(
            Id, WorkspaceName.Parse(Workspace), Principal, Kind, Key, Payload, Enum.Parse<WorkState>(State, ignoreCase: true),
            Attempt, MaxAttempts, Owner, NotBefore.ToTime(), Error, CreatedAt.ToTime(), FinishedAt?.ToTime());
    }
}
