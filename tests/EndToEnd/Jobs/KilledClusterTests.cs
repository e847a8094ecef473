using Slipway.Shared;
using Xunit;
using static Slipway.EndToEnd.Jobs.ChainedPipeline;

namespace Slipway.EndToEnd.Jobs;

public sealed class KilledClusterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// SLIPWAY_TEST_KILLS=200 for the long run; SLIPWAY_TEST_SEED for another one. Now and then a worker is replaced by one with
    /// a new home, as when its machine is lost: its steps come back when their lease ends.
    /// </summary>
    [Fact]
    public async Task No_step_is_lost_or_run_again_after_its_end_however_often_a_server_and_its_workers_are_killed()
    {
        var kills = Setting("SLIPWAY_TEST_KILLS", 6);
        var random = new Random(Setting("SLIPWAY_TEST_SEED", 7));
        await using var postgres = await Postgres.CreateAsync(Ct);
        using var folder = new TempFolder();
        using var cluster = new Cluster(folder, postgres.ConnectionString);
        await cluster.StartAsync(Ct);
        var pipeline = new ChainedPipeline(folder.File("log"));
        var jobs = 0;
        var name = await pipeline.SubmitAsync(cluster.Client, jobs++, Ct);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(20, 600), Ct);
            var (job, ended) = await LookAsync(cluster.Client, name, Ct);
            var done = ended.ToHashSet();
            var linesBefore = pipeline.Lines.Length;
            await cluster.KillOneAsync(random, Ct);

            Assert.Empty(pipeline.Lines[linesBefore..].Intersect(done));
            if (job.IsOver)
                name = await pipeline.SubmitAsync(cluster.Client, jobs++, Ct);
        }

        for (var job = 0; job < jobs; job++)
            await WaitAsync(cluster.Client, $"job{job}", Ct);

        // A step that is killed between its last act and the record of it has to be run again; nothing else is.
        Assert.Equal(jobs * Steps, pipeline.Lines.Distinct().Count());
        Assert.InRange(pipeline.Lines.Length - (jobs * Steps), 0, kills * Environment.ProcessorCount);
    }

    /// <summary>A server and two workers over one PostgreSQL.</summary>
    private sealed class Cluster(TempFolder folder, string database) : IDisposable
    {
        private readonly string _home = folder.File("server");
        private readonly string _url = $"http://127.0.0.1:{FreePort.Next()}";
        private readonly SlipwayHost?[] _workers = new SlipwayHost?[2];
        private readonly string[] _homes = [folder.File("worker0"), folder.File("worker1")];
        private ServerProcess? _server;
        private int _lost;

        public Client.SlipwayClient Client => _server!.Client;

        public async Task StartAsync(CancellationToken ct)
        {
            _server = await ServerProcess.StartAsync(_home, ct, _url, database);
            for (var worker = 0; worker < _workers.Length; worker++)
                await StartWorkerAsync(worker, ct);
        }

        public async Task KillOneAsync(Random random, CancellationToken ct)
        {
            var worker = random.Next(-1, _workers.Length);
            if (worker < 0)
            {
                await _server!.KillAsync();
                _server.Dispose();
                _server = await ServerProcess.StartAsync(_home, ct, _url, database);
                return;
            }

            await _workers[worker]!.KillAsync();
            _workers[worker]!.Dispose();
            if (random.Next(4) == 0)
                _homes[worker] = folder.File($"other{_lost++}");
            await StartWorkerAsync(worker, ct);
        }

        public void Dispose()
        {
            foreach (var worker in _workers)
                worker?.Dispose();
            _server?.Dispose();
        }

        private async Task StartWorkerAsync(int worker, CancellationToken ct) =>
            _workers[worker] = await SlipwayHost.StartWorkerAsync(_homes[worker], _home, _url, database, ct);
    }
}
