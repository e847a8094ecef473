using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>Workers of several processes that complete, fail, die, hang and come back too late, by chance.</summary>
public abstract class WorkQueueConcurrencyContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const int Items = 60, Workers = 6;

    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_item_is_lost_and_none_is_completed_twice(int seed)
    {
        await Database.WriteAsync((tx, ct) => tx.ExecuteAsync("create table completed (item bigint not null)", null, ct), Ct);
        await using var elsewhere = Open();
        var queue = new WorkQueue(Database, Time);
        for (var i = 0; i < Items; i++)
            await queue.EnqueueAsync(new() { Workspace = WorkspaceName.Default, Principal = "x", Kind = "step", MaxAttempts = int.MaxValue }, Ct);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker =>
        {
            var database = worker % 2 == 0 ? Database : elsewhere;
            return WorkAsync(database, new WorkQueue(database, Time), $"w{worker}", new Random(seed * 100 + worker));
        }));

        var completed = await Database.QueryAsync<long>("select item from completed", null, Ct);
        var done = await queue.ListAsync("step", WorkState.Done, Items + 1, Ct);
        Assert.Equal(Items, done.Count);
        Assert.Equal(done.Select(item => item.Id), completed.Order());
    }

    private async Task WorkAsync(Database database, WorkQueue queue, string owner, Random chance)
    {
        var late = new List<Lease>();
        while (await CompletedAsync(database) < Items)
        {
            if (await queue.LeaseAsync(["step"], owner, s_lease, Ct) is not { } lease)
            {
                Time.Advance(TimeSpan.FromSeconds(5));
                await Task.Yield();
                continue;
            }

            switch (chance.Next(8))
            {
                case 0:
                    late.Add(lease);
                    break;
                case 1:
                    await IgnoreConflictAsync(queue.FailAsync(lease, "no luck", TimeSpan.FromSeconds(chance.Next(20)), Ct));
                    break;
                case 2:
                    await queue.ReleaseAsync(owner, Ct);
                    await IgnoreConflictAsync(CompleteAsync(database, queue, lease));
                    break;
                case 3:
                    Time.Advance(s_lease);
                    await IgnoreConflictAsync(CompleteAsync(database, queue, lease));
                    break;
                default:
                    await IgnoreConflictAsync(CompleteAsync(database, queue, lease));
                    break;
            }

            if (late.Count > 0 && chance.Next(4) == 0)
                await IgnoreConflictAsync(CompleteAsync(database, queue, late[chance.Next(late.Count)]));
        }
    }

    private static Task<int> CompletedAsync(Database database) =>
        database.FindAsync<int>("select count(*) from work_items where state = 'done'", null, Ct);

    // What a worker writes and that its item is done are one transaction.
    private static Task CompleteAsync(Database database, WorkQueue queue, Lease lease) => database.WriteAsync(
        async (tx, ct) =>
        {
            await tx.ExecuteAsync("insert into completed (item) values (@Id)", new { lease.Id }, ct);
            await queue.CompleteAsync(tx, lease, ct);
        },
        Ct);

    private static async Task IgnoreConflictAsync(Task act)
    {
        try
        {
            await act;
        }
        catch (SlipwayException refusal) when (refusal.Code == ErrorCode.Conflict)
        {
            // The lease was lost meanwhile: that is what the fence is for.
        }
    }
}

public sealed class WorkQueueConcurrencyOnSqlite() : WorkQueueConcurrencyContract(DatabaseProvider.Sqlite);

public sealed class WorkQueueConcurrencyOnPostgres() : WorkQueueConcurrencyContract(DatabaseProvider.Postgres);
