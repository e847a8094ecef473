using System.Globalization;
using System.Text;
using Slipway.Client;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

public sealed class KilledServerTests
{
    private const int Chains = 10;
    private const int Length = 5;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>SLIPWAY_TEST_KILLS=200 for the long run; SLIPWAY_TEST_SEED for another one.</summary>
    [Fact]
    public async Task No_step_is_lost_or_run_again_after_its_end_however_often_the_server_is_killed()
    {
        var kills = Setting("SLIPWAY_TEST_KILLS", 4);
        var random = new Random(Setting("SLIPWAY_TEST_SEED", 7));
        using var folder = new TempFolder();
        var log = folder.File("log");
        var done = new HashSet<string>();
        var linesBefore = 0;
        var jobs = 0;
        var server = await ServerProcess.StartAsync(folder.File("home"), Ct);
        var name = await SubmitAsync(server, log, jobs++);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(20, 600), Ct);
            var job = await server.Client.Jobs.FindAsync(name, Ct);
            done.UnionWith(job!.Steps.Where(step => step.Status == "Completed").Select(step => $"{name}/{step.Name}"));
            linesBefore = Lines(log).Length;
            await server.KillAsync();
            server = await ServerProcess.StartAsync(folder.File("home"), Ct);

            Assert.Empty(Lines(log)[linesBefore..].Intersect(done));
            if (job.IsOver)
                name = await SubmitAsync(server, log, jobs++);
        }

        var end = await WaitAsync(server.Client, name);
        await server.KillAsync();

        Assert.Equal("Completed", end.Status);
        Assert.All(end.Steps, step => Assert.Equal("Completed", step.Status));
        Assert.Equal(jobs * Chains * Length, Lines(log).Distinct().Count());
        Assert.Empty(Lines(log)[linesBefore..].Intersect(done));
    }

    private static async Task<Job> WaitAsync(SlipwayClient client, string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        return await client.Jobs.WaitAsync(name, limit.Token);
    }

    private static async Task<string> SubmitAsync(ServerProcess server, string log, int number)
    {
        var name = $"job{number}";
        var yaml = new StringBuilder("type: pipeline\njobs:\n");
        for (var chain = 0; chain < Chains; chain++)
        {
            for (var link = 0; link < Length; link++)
            {
                yaml.AppendLine(CultureInfo.InvariantCulture, $"  s{chain}_{link}:");
                yaml.AppendLine(CultureInfo.InvariantCulture, $"    command: sleep 0.02; echo {name}/s{chain}_{link} >> '{log}'");
                yaml.AppendLine("    environment: azureml:any@latest");
                yaml.AppendLine("    outputs: {out: {type: uri_folder}}");
                if (link > 0)
                    yaml.AppendLine(CultureInfo.InvariantCulture, $$$"""    inputs: {before: "${{parent.jobs.s{{{chain}}}_{{{link - 1}}}.outputs.out}}"}""");
            }
        }

        var files = new Dictionary<string, string>();
        return (await server.Client.Jobs.SubmitAsync(new NewJob(yaml.ToString(), "kill.yml", name, files, files), Ct)).Name;
    }

    private static string[] Lines(string log) => File.Exists(log) ? File.ReadAllLines(log) : [];

    private static int Setting(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), out var given) ? given : otherwise;
}
