using Slipway.Shared;
using Xunit;
using static Slipway.EndToEnd.Jobs.ChainedPipeline;

namespace Slipway.EndToEnd.Jobs;

public sealed class KilledServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>SLIPWAY_TEST_KILLS=200 for the long run; SLIPWAY_TEST_SEED for another one.</summary>
    [Fact]
    public async Task No_step_is_lost_or_run_again_after_its_end_however_often_the_server_is_killed()
    {
        var kills = Setting("SLIPWAY_TEST_KILLS", 4);
        var random = new Random(Setting("SLIPWAY_TEST_SEED", 7));
        using var folder = new TempFolder();
        var pipeline = new ChainedPipeline(folder.File("log"));
        var done = new HashSet<string>();
        var linesBefore = 0;
        var jobs = 0;
        var server = await ServerProcess.StartAsync(folder.File("home"), Ct);
        var name = await pipeline.SubmitAsync(server.Client, jobs++, Ct);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(20, 600), Ct);
            var (job, ended) = await LookAsync(server.Client, name, Ct);
            done.UnionWith(ended);
            linesBefore = pipeline.Lines.Length;
            await server.KillAsync();
            server.Dispose();
            server = await ServerProcess.StartAsync(folder.File("home"), Ct);

            Assert.Empty(pipeline.Lines[linesBefore..].Intersect(done));
            if (job.IsOver)
                name = await pipeline.SubmitAsync(server.Client, jobs++, Ct);
        }

        await WaitAsync(server.Client, name, Ct);
        await server.KillAsync();
        server.Dispose();

        Assert.Equal(jobs * Steps, pipeline.Lines.Distinct().Count());
        Assert.Empty(pipeline.Lines[linesBefore..].Intersect(done));
    }
}
