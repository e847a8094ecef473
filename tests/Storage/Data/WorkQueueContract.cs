using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class WorkQueueContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly string[] s_kinds = ["step", "sweep"];

    private WorkQueue Queue => field ??= new WorkQueue(Database, Time);

    [Fact]
    public async Task What_was_added_is_leased_with_all_that_it_was_added_with()
    {
        var id = await Queue.EnqueueAsync(Step("a") with { Payload = """{"n":1}""" }, Ct);

        var lease = await LeaseAsync();

        Assert.NotNull(lease);
        Assert.Equal(
            (id, WorkspaceName.Default, "ann", "step", "a", """{"n":1}""", 1, 3),
            (lease.Id, lease.Workspace, lease.Principal, lease.Kind, lease.Key, lease.Payload, lease.Attempt, lease.MaxAttempts));
        Assert.Equal(Time.GetUtcNow() + s_minute, lease.Expires);
        Assert.Null(await LeaseAsync());
    }

    [Fact]
    public async Task Only_the_kinds_that_were_asked_for_are_leased()
    {
        await Queue.EnqueueAsync(Step("a") with { Kind = "other" }, Ct);

        Assert.Null(await LeaseAsync());
        Assert.Null(await Queue.LeaseAsync([], "w", s_minute, Ct));
        Assert.NotNull(await Queue.LeaseAsync(["other"], "w", s_minute, Ct));
    }

    [Fact]
    public async Task A_higher_priority_comes_first_and_equal_ones_come_in_order()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        await Queue.EnqueueAsync(Step("b") with { Priority = 5 }, Ct);
        await Queue.EnqueueAsync(Step("c"), Ct);

        Assert.Equal("b", (await LeaseAsync())?.Key);
        Assert.Equal("a", (await LeaseAsync())?.Key);
        Assert.Equal("c", (await LeaseAsync())?.Key);
    }

    [Fact]
    public async Task Nothing_is_leased_before_its_time()
    {
        await Queue.EnqueueAsync(Step("a") with { NotBefore = Time.GetUtcNow().AddMinutes(5) }, Ct);

        Assert.Null(await LeaseAsync());
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.NotNull(await LeaseAsync());
    }

    [Fact]
    public async Task A_key_is_unique_while_its_item_is_open()
    {
        var first = await Queue.EnqueueAsync(Step("a"), Ct);
        var again = await Queue.EnqueueAsync(Step("a") with { Priority = 9 }, Ct);
        var elsewhere = await Queue.EnqueueAsync(Step("a") with { Workspace = WorkspaceName.Parse("other") }, Ct);
        var lease = await LeaseAsync();
        var whileLeased = await Queue.EnqueueAsync(Step("a"), Ct);
        await Queue.CompleteAsync(lease!, Ct);
        var afterwards = await Queue.EnqueueAsync(Step("a"), Ct);

        Assert.Equal((first, first, first), (again, lease!.Id, whileLeased));
        Assert.NotEqual(first, elsewhere);
        Assert.NotEqual(first, afterwards);
    }

    [Fact]
    public async Task Items_without_a_key_are_all_new()
    {
        var first = await Queue.EnqueueAsync(Step(null), Ct);

        Assert.NotEqual(first, await Queue.EnqueueAsync(Step(null), Ct));
    }

    [Fact]
    public async Task A_heartbeat_keeps_the_lease()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        var lease = await LeaseAsync();

        Time.Advance(s_minute / 2);
        Assert.True(await Queue.HeartbeatAsync(lease!, s_minute, Ct));
        Time.Advance(s_minute / 2);

        Assert.Null(await LeaseAsync("other"));
        await Queue.CompleteAsync(lease!, Ct);
    }

    [Fact]
    public async Task A_lease_that_ran_out_goes_to_the_next_worker_and_the_first_is_refused()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        var lost = await LeaseAsync("first");
        Time.Advance(s_minute);
        var taken = await LeaseAsync("second");

        Assert.Equal((2, "second"), (taken!.Attempt, taken.Owner));
        Assert.True(taken.Fence > lost!.Fence);
        Assert.False(await Queue.HeartbeatAsync(lost, s_minute, Ct));
        await AssertRefusedAsync(() => Queue.CompleteAsync(lost, Ct));
        await AssertRefusedAsync(() => Queue.FailAsync(lost, "late", TimeSpan.Zero, Ct));
        await AssertRefusedAsync(() => Queue.ReleaseAsync(lost, Ct));
        await Queue.CompleteAsync(taken, Ct);
        await AssertRefusedAsync(() => Queue.CompleteAsync(taken, Ct));
    }

    [Fact]
    public async Task A_failed_item_is_begun_again_after_a_while_until_its_attempts_are_used_up()
    {
        await Queue.EnqueueAsync(Step("a") with { MaxAttempts = 2 }, Ct);
        await Queue.FailAsync((await LeaseAsync())!, "no luck", s_minute, Ct);

        Assert.Null(await LeaseAsync());
        Time.Advance(s_minute);
        await Queue.FailAsync((await LeaseAsync())!, "again no luck", s_minute, Ct);
        Time.Advance(s_minute);

        Assert.Null(await LeaseAsync());
        var failed = Assert.Single(await Queue.ListAsync("step", WorkState.Failed, 10, Ct));
        Assert.Equal(("again no luck", 2, Time.GetUtcNow() - s_minute), (failed.Error, failed.Attempt, failed.Finished));
    }

    [Fact]
    public async Task A_failure_without_a_delay_is_final()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);

        await Queue.FailAsync((await LeaseAsync())!, "hopeless", null, Ct);

        Assert.Null(await LeaseAsync());
        Assert.Equal("hopeless", Assert.Single(await Queue.ListAsync("step", WorkState.Failed, 10, Ct)).Error);
    }

    [Fact]
    public async Task An_item_that_kills_its_workers_is_given_up()
    {
        await Queue.EnqueueAsync(Step("a") with { MaxAttempts = 2 }, Ct);
        for (var i = 0; i < 2; i++)
        {
            Assert.NotNull(await LeaseAsync("w" + i));
            Time.Advance(s_minute);
        }

        Assert.Null(await LeaseAsync());
        Assert.Contains("'w1' died", Assert.Single(await Queue.ListAsync("step", WorkState.Failed, 10, Ct)).Error);
    }

    [Fact]
    public async Task What_a_dead_worker_held_is_free_at_once()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        await Queue.EnqueueAsync(Step("b"), Ct);
        var lost = await LeaseAsync("dead");
        await LeaseAsync("alive");

        Assert.Equal(1, await Queue.ReleaseAsync("dead", Ct));

        var taken = await LeaseAsync("alive");
        Assert.Equal(("a", 2), (taken!.Key, taken.Attempt));
        await AssertRefusedAsync(() => Queue.CompleteAsync(lost!, Ct));
    }

    [Fact]
    public async Task A_lease_that_is_given_back_does_not_count_as_an_attempt()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);

        await Queue.ReleaseAsync((await LeaseAsync())!, Ct);

        Assert.Equal(1, (await LeaseAsync())!.Attempt);
    }

    [Fact]
    public async Task Work_is_added_and_completed_together_with_the_write_that_it_belongs_to()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        var lease = await LeaseAsync();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Database.WriteAsync(
            async (tx, ct) =>
            {
                await Queue.CompleteAsync(tx, lease!, ct);
                await Queue.EnqueueAsync(tx, Step("b"), ct);
                throw new TimeZoneNotFoundException();
            },
            Ct));

        Assert.Null(await LeaseAsync());
        await Queue.CompleteAsync(lease!, Ct);
    }

    [Fact]
    public async Task A_waiting_worker_hears_of_new_work_once_it_is_committed()
    {
        var next = Queue.NextAsync(s_kinds, "w", s_minute, TimeSpan.FromHours(1), Ct);
        await Task.Yield();
        Assert.False(next.IsCompleted);

        await Database.WriteAsync(
            async (tx, ct) =>
            {
                await Queue.EnqueueAsync(tx, Step("a"), ct);
                Assert.False(next.IsCompleted);
            },
            Ct);

        // The clock stands still: only the signal can end the wait.
        Assert.Equal("a", (await next.WaitAsync(TimeSpan.FromSeconds(20), Ct)).Key);
    }

    [Fact]
    public async Task A_waiting_worker_finds_what_another_process_added()
    {
        await using var elsewhere = Open();
        var next = Queue.NextAsync(s_kinds, "w", TimeSpan.FromHours(2), TimeSpan.FromMinutes(1), Ct);
        await new WorkQueue(elsewhere, Time).EnqueueAsync(Step("a"), Ct);

        while (!next.IsCompleted)
        {
            Time.Advance(s_minute);
            await Task.Delay(5, Ct);
        }

        Assert.Equal("a", (await next).Key);
    }

    [Fact]
    public async Task Finished_items_are_forgotten_after_a_while_and_open_ones_never()
    {
        await Queue.EnqueueAsync(Step("a"), Ct);
        await Queue.CompleteAsync((await LeaseAsync())!, Ct);
        await Queue.EnqueueAsync(Step("b"), Ct);
        Time.Advance(s_minute * 10);

        Assert.Equal(0, await Queue.DeleteFinishedAsync(s_minute * 11, Ct));
        Assert.Equal(1, await Queue.DeleteFinishedAsync(s_minute * 9, Ct));
        Assert.NotNull(await LeaseAsync());
    }

    [Fact]
    public async Task Work_without_an_attempt_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Queue.EnqueueAsync(Step("a") with { MaxAttempts = 0 }, Ct));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    private Task<Lease?> LeaseAsync(string owner = "w") => Queue.LeaseAsync(s_kinds, owner, s_minute, Ct);

    private static NewWork Step(string? key) =>
        new() { Workspace = WorkspaceName.Default, Principal = "ann", Kind = "step", Key = key };

    private static async Task AssertRefusedAsync(Func<Task> act) =>
        Assert.Equal(ErrorCode.Conflict, (await Assert.ThrowsAsync<SlipwayException>(act)).Code);
}

public sealed class WorkQueueOnSqlite() : WorkQueueContract(DatabaseProvider.Sqlite);

public sealed class WorkQueueOnPostgres() : WorkQueueContract(DatabaseProvider.Postgres);
