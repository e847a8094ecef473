using System.CommandLine;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>What a step costs beside the process that it starts: a wide pipeline of /bin/true on a whole server.</summary>
internal static class JobOverhead
{
    public static Command Command()
    {
        var steps = new Option<int>("--steps") { DefaultValueFactory = _ => 1000 };
        var chain = new Option<bool>("--chain") { Description = "Each step waits for the one before it." };
        var database = new Option<string?>("--database") { Description = "A PostgreSQL connection string; SQLite without one." };
        var queued = new Option<int>("--queued") { Description = "So many other steps, of low priority, wait all the while." };
        var command = new Command("job-overhead", "Milliseconds per step of a pipeline, run and then taken from the cache.")
        {
            steps, chain, database, queued,
        };
        command.SetAction((parsed, ct) => MeasureAsync(
            parsed.GetValue(steps), parsed.GetValue(chain), parsed.GetValue(database), parsed.GetValue(queued), ct));
        return command;
    }

    private static async Task MeasureAsync(int steps, bool chain, string? database, int queued, CancellationToken ct)
    {
        var bare = Bare(200);
        Console.WriteLine($"bare process: {bare:N2} ms");
        var home = Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            await using var app = await ServerModule.StartAsync(
                new ServerSettings { Home = home, Urls = ["http://127.0.0.1:0"], Database = database }, ct);
            var jobs = app.Services.GetRequiredService<IJobs>();
            await RunAsync(jobs, Pipeline(20, chain, "warm"), 20, "warm-up", ct);
            var waiting = await QueueAsync(jobs, queued, ct);
            await RunAsync(jobs, Pipeline(steps, chain, "real"), steps, "run", ct);
            foreach (var name in waiting)
                await jobs.CancelAsync(Caller.System, name, ct);
            await RunAsync(jobs, Pipeline(steps, chain, "real"), steps, "from the cache", ct);
            await app.StopAsync(ct);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // A definition may have 1 MiB.
    private static async Task<List<string>> QueueAsync(IJobs jobs, int steps, CancellationToken ct)
    {
        var names = new List<string>();
        for (var left = steps; left > 0; left -= 1000)
        {
            var yaml = Pipeline(Math.Min(left, 1000), chain: false, $"waiting{left}-", "low");
            names.Add((await jobs.SubmitAsync(Caller.System, new NewJob { Yaml = yaml, Source = "waiting.yml" }, ct)).Name);
        }

        return names;
    }

    private static async Task RunAsync(IJobs jobs, string yaml, int steps, string what, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var submitted = await jobs.SubmitAsync(Caller.System, new NewJob { Yaml = yaml, Source = "bench.yml" }, ct);
        var queued = clock.Elapsed;
        var job = await jobs.WaitAsync(Caller.System, submitted.Name, ct);
        Console.WriteLine(
            $"{what}: {job.Status}, {clock.Elapsed.TotalSeconds:N2} s ({queued.TotalSeconds:N2} s to submit), "
            + $"{clock.Elapsed.TotalMilliseconds / steps:N2} ms per step, median {MedianGap(job):N0} ms from the end of one to the end of the next, "
            + $"{(Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / steps:N2} ms of the server's processor time, "
            + $"{job.Steps.Count(step => step.Reused)} reused");
    }

    private static double MedianGap(Job job)
    {
        DateTimeOffset[] ends = [.. job.Steps.Select(step => step.EndedAt).OfType<DateTimeOffset>().Order()];
        double[] gaps = [.. ends.Skip(1).Select((end, i) => (end - ends[i]).TotalMilliseconds).Order()];
        return gaps.Length == 0 ? double.NaN : gaps[gaps.Length / 2];
    }

    private static string Pipeline(int steps, bool chain, string name, string priority = "medium")
    {
        var yaml = new StringBuilder("type: pipeline\njobs:\n");
        for (var step = 0; step < steps; step++)
        {
            yaml.AppendLine(
                $$"""
                  s{{step}}:
                    command: /bin/true
                    environment: azureml:any@latest
                    queue_settings:
                      priority: {{priority}}
                    environment_variables:
                      STEP: {{name}}{{step}}
                    outputs:
                      out:
                """);
            if (chain && step > 0)
                yaml.AppendLine($"    inputs: {{before: '${{{{parent.jobs.s{step - 1}.outputs.out}}}}'}}");
        }

        return yaml.ToString();
    }

    private static double Bare(int times)
    {
        var clock = Stopwatch.StartNew();
        for (var time = 0; time < times; time++)
        {
            using var process = Process.Start(new ProcessStartInfo("/bin/true"))!;
            process.WaitForExit();
        }

        return clock.Elapsed.TotalMilliseconds / times;
    }
}
