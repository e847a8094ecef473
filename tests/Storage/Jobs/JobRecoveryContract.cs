using System.Collections.Concurrent;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

public abstract class JobRecoveryContract(DatabaseProvider provider) : JobContract(provider)
{
    [Fact]
    public async Task A_new_server_goes_on_from_the_last_finished_step_and_drops_what_the_old_one_still_makes()
    {
        var hangs = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        var folders = new ConcurrentQueue<string>();
        var hang = new TestKind("slow", async (step, ct) =>
        {
            folders.Enqueue(step.OutputFolders["out"]);
            await File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "half"), "written", ct);
            hangs.SetResult();
            await finish.Task;
        });
        var quick = new TestKind("slow", async (step, ct) =>
        {
            folders.Enqueue(step.OutputFolders["out"]);
            Assert.Empty(Directory.EnumerateFileSystemEntries(step.OutputFolders["out"]));
            await File.WriteAllTextAsync(Path.Combine(step.OutputFolders["out"], "whole"), "written", ct);
        });

        // The first host is abandoned, not stopped: for the second one it died.
        var dead = await StartAsync(Good, hang);
        var name = await dead.SubmitAsync(Pipeline(Step("a", "good"), Step("b", "slow", "a"), Step("c", "good", "b")), Ct);
        await hangs.Task.WaitAsync(Ct);
        await using var host = await StartAsync(Good, quick);
        var job = await host.WaitAsync(name, Ct);
        finish.SetResult();
        await dead.DisposeAsync();

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal(2, Good.Runs);
        Assert.Equal(2, folders.Distinct().Count());
        var tree = await Content.GetTreeAsync(job.Steps[1].Outputs["out"].Tree!.Value, Ct);
        Assert.Equal(["whole"], tree.Entries.Select(entry => entry.Path));
        var after = await host.Jobs.FindAsync(Caller.System, name, Ct);
        Assert.Equal(job.Steps[1].Outputs["out"], after!.Steps[1].Outputs["out"]);
    }

    [Fact]
    public async Task A_step_whose_worker_dies_again_and_again_fails()
    {
        var begun = new SemaphoreSlim(0);
        var never = new TaskCompletionSource();
        var killer = new TestKind("killer", async (_, _) =>
        {
            begun.Release();
            await never.Task;
        });
        var dead = new List<JobHost> { await StartAsync(killer) };
        var name = await dead[0].SubmitAsync(Pipeline(Step("a", "killer")), Ct);
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            await begun.WaitAsync(Ct);
            dead.Add(await StartAsync(killer));
        }

        var job = await dead[^1].WaitAsync(name, Ct);

        Assert.Equal(
            "Step 'a' failed: The worker died or hung 5 times while it ran this step; it is not begun again.", job.Message);
        never.SetResult();
        foreach (var host in dead)
            await host.DisposeAsync();
    }

    [Fact]
    public async Task A_worker_that_hangs_loses_its_step_to_another_one_when_its_lease_ends()
    {
        var hangs = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var hang = new TestKind("slow", async (_, _) =>
        {
            hangs.SetResult();
            await never.Task;
        });
        var elsewhere = Directory.CreateDirectory(Path.Combine(Folder, "elsewhere")).FullName;
        var hung = await StartAsync(new HostSettings { Time = Time }, hang);
        var name = await hung.SubmitAsync(Pipeline(Step("a", "slow")), Ct);
        await hangs.Task.WaitAsync(Ct);
        await hung.AbandonAsync();

        await using var host = await StartAsync(new HostSettings { Time = Time, Home = elsewhere }, new TestKind("slow", (_, _) => Task.CompletedTask));
        var waiting = host.WaitAsync(name, Ct);
        while (!waiting.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5, Ct);
        }

        Assert.Equal(JobStatus.Completed, (await waiting).Status);
        Assert.True(Time.GetUtcNow() - (await waiting).CreatedAt >= TimeSpan.FromSeconds(30), "The lease was not respected.");
        never.SetResult();
    }

    [Fact]
    public async Task A_server_that_stops_gives_its_steps_back_unworked()
    {
        var started = new TaskCompletionSource();
        var endless = new TestKind("step", (_, ct) =>
        {
            started.SetResult();
            return Task.Delay(-1, ct);
        });
        var first = await StartAsync(endless);
        var name = await first.SubmitAsync(Pipeline(Step("a", "step")), Ct);
        await started.Task.WaitAsync(Ct);

        await first.DisposeAsync();
        await using var second = await StartAsync(new TestKind("step", (_, _) => Task.CompletedTask));

        Assert.Equal(JobStatus.Completed, (await second.WaitAsync(name, Ct)).Status);
    }

    [Fact]
    public async Task The_news_of_a_job_that_ended_as_the_server_died_is_told_by_the_next_one()
    {
        await using (var first = await StartAsync(Good))
        {
            var name = await first.SubmitAsync(Pipeline(Step("a", "good")), Ct);
            await first.WaitAsync(name, Ct);
        }

        await Database.ExecuteAsync("update jobs set announced = @No", new { No = false }, Ct);
        await using var second = await StartAsync(Good);

        while ((await second.Get<JobStore>().UntoldAsync("", own: false, long.MaxValue, Ct)).Count > 0)
            await Task.Delay(5, Ct);
        Assert.Single(second.Finished.All);
    }
}

public sealed class JobRecoveryOnSqlite() : JobRecoveryContract(DatabaseProvider.Sqlite);

public sealed class JobRecoveryOnPostgres() : JobRecoveryContract(DatabaseProvider.Postgres);
