using System.Net;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Compute.Containers;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>Commands in real containers of podman.</summary>
public sealed class ContainerJobTests() : JobContract(DatabaseProvider.Sqlite)
{
    private const string Image = "localhost/slipway-test:1";

    [Fact]
    public async Task A_command_runs_in_its_image_reads_its_inputs_and_reaches_nothing_but_the_tracking_server()
    {
        using var tracking = new Listener("tracked");
        await using var host = await StartContainersAsync(tracking.Url);
        var rows = await PutAsync(("rows.csv", "1,2"));
        var definition = InImage(
            """
            cat ${{inputs.rows}}; echo; (echo no > ${{inputs.rows}}) 2>/dev/null || echo read-only
            ls /sys/class/net; wget -qO- $MLFLOW_TRACKING_URI; echo
            ls /bin/busybox; [ -e /usr ] || echo image
            echo made > ${{outputs.out}}/made
            """,
            step => step.With(new InputDefinition
            {
                Name = "rows",
                Type = "uri_file",
                Value = new DataValue(new LocalPath("./rows.csv", "rows.csv")),
                Place = step.Place,
            }));

        var job = await host.WaitAsync(await host.SubmitAsync(definition, Ct, ("rows.csv", rows)), Ct);

        var log = await LogAsync(host, job);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Message} {log}");
        Assert.Equal(
            ["1,2", "read-only", "lo", "tracked", "/bin/busybox", "image"],
            log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var made = await Content.GetTreeAsync(job.Steps[0].Outputs["out"].Tree!.Value, Ct);
        Assert.Equal("made", Assert.Single(made.Entries).Path);
    }

    [Fact]
    public async Task The_end_of_a_container_is_told_in_words_and_nothing_of_it_stays()
    {
        await using var host = await StartContainersAsync();

        var failed = await host.RunAsync(InImage("echo going; exit 3"), Ct);
        var hungry = await host.RunAsync(
            InImage(
                "dd if=/dev/zero of=/dev/null bs=300M count=1",
                step => step with { Resources = new JsonObject { ["docker_args"] = "--memory=64m --cpus 0.5" } }),
            Ct);

        Assert.Equal("The command ended with exit code 3. Its last words: going", failed.Message);
        Assert.Matches("signal 9, KILL|more memory than the 64 MiB", hungry.Message);
        Assert.Empty(await host.Get<ContainerEngine>().LabelledAsync("slipway.owner", Ct));
    }

    [Fact]
    public async Task What_the_processes_of_a_container_take_is_measured_when_it_is_asked_for()
    {
        await using var host = await StartContainersAsync();

        var job = await host.RunAsync(
            InImage("i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done; sleep 0.5", step => step with
            {
                EnvironmentVariables = new Dictionary<string, string>
                {
                    ["MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"] = "true",
                    ["MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"] = "0.1",
                },
            }),
            Ct);

        var points = Neighbours.Metrics[job.RunId];
        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Contains(points, point => point is { Key: "system/cpu_utilization_percentage", Value: > 0 });
        Assert.Contains(points, point => point is { Key: "system/system_memory_usage_megabytes", Value: > 0.1 });
        Assert.Equal(10, points.Select(point => point.Key).Distinct().Count());
    }

    [Fact]
    public async Task Cancel_ends_the_container()
    {
        await using var host = await StartContainersAsync();
        var name = await host.SubmitAsync(InImage("echo up; sleep 600"), Ct);
        while (!(await LogAsync(host, (await host.Jobs.FindAsync(Caller.System, name, Ct))!)).Contains("up", StringComparison.Ordinal))
            await Task.Delay(20, Ct);

        await host.Jobs.CancelAsync(Caller.System, name, Ct);
        var job = await host.WaitAsync(name, Ct);

        Assert.Equal(JobStatus.Canceled, job.Status);
        Assert.Empty(await host.Get<ContainerEngine>().LabelledAsync("slipway.owner", Ct));
    }

    [Fact]
    public async Task An_image_is_built_once_from_its_context_and_its_digest_is_part_of_the_cache_key()
    {
        await using var host = await StartContainersAsync();
        var (one, two) = (
            await PutAsync(("Dockerfile", $"FROM {Image}\nCOPY which /which\n"), ("which", "one")),
            await PutAsync(("Dockerfile", $"FROM {Image}\nCOPY which /which\n"), ("which", "two")));
        var definition = InImage("cat /which", step => step with
        {
            Settings = new JsonObject
            {
                ["command"] = "cat /which",
                ["environment"] = new JsonObject { ["build"] = new JsonObject { ["path"] = "./env" } },
            },
            Files = [new SettingFile("environment.build.path", new LocalPath("./env", "env"))],
        });

        var first = await host.WaitAsync(await host.SubmitAsync(definition, Ct, ("env", one)), Ct);
        var again = await host.WaitAsync(await host.SubmitAsync(definition, Ct, ("env", one)), Ct);
        var other = await host.WaitAsync(await host.SubmitAsync(definition, Ct, ("env", two)), Ct);

        Assert.True(first.Status == JobStatus.Completed, first.Message);
        Assert.EndsWith("one", await LogAsync(host, first), StringComparison.Ordinal);
        Assert.Equal((true, false), (again.Steps[0].Reused, other.Steps[0].Reused));
        Assert.EndsWith("two", await LogAsync(host, other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_and_a_step_without_one_are_refused()
    {
        await using var host = await StartContainersAsync();

        var absent = await host.RunAsync(InImage("true", image: "localhost:1/nothing:1"), Ct);
        var none = await host.RunAsync(InImage("true", step => step with { Settings = new JsonObject { ["command"] = "true" } }), Ct);

        Assert.StartsWith("The image 'localhost:1/nothing:1' is not on this machine and could not be fetched:", absent.Message, StringComparison.Ordinal);
        Assert.StartsWith("A container needs an image", none.Message, StringComparison.Ordinal);
    }

    private static JobDefinition InImage(string command, Func<StepDefinition, StepDefinition>? change = null, string image = Image)
    {
        var definition = Command(command);
        var step = definition.Pipeline.Steps[0] with
        {
            Compute = Template.Literal("container"),
            Settings = new JsonObject { ["command"] = command, ["environment"] = new JsonObject { ["image"] = image } },
        };
        return definition with { Pipeline = definition.Pipeline with { Steps = [change?.Invoke(step) ?? step] } };
    }

    private static async Task<string> LogAsync(JobHost host, Job job)
    {
        var logs = host.Get<JobLogs>();
        return await logs.ReadAsync(Caller.System, await logs.FindAsync(Caller.System, job.Name, null, Ct), null, null, Ct);
    }

    private async Task<JobHost> StartContainersAsync(string? server = null) => await StartAsync(new HostSettings
    {
        More = new Dictionary<string, string?>
        {
            ["Jobs:ContainerSocket"] = await KeptService.Podman.LineAsync(),
            ["Jobs:ServerUrl"] = server,
        },
    });

    /// <summary>Answers every request with the same word.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Listener(string word)
        {
            Url = $"http://127.0.0.1:{FreePort.Next()}";
            _listener.Prefixes.Add(Url + "/");
            _listener.Start();
            _ = Task.Run(async () =>
            {
                while (true)
                {
                    var asked = await _listener.GetContextAsync();
                    await using var answer = asked.Response.OutputStream;
                    await answer.WriteAsync(System.Text.Encoding.UTF8.GetBytes(word));
                }
            });
        }

        public string Url { get; }

        public void Dispose() => _listener.Close();
    }
}
