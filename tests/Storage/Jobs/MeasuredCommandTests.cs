using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>What a command takes of the machine, as series of its run.</summary>
public sealed class MeasuredCommandTests : CommandContract
{
    [Fact]
    public async Task What_the_processes_of_a_command_take_is_measured_when_it_is_asked_for()
    {
        await using var host = await StartAsync();
        var definition = WithVariables(
            Command("echo $MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING; head -c 50000000 /dev/zero | tail >/dev/null; sleep 0.5 & (while test -d /proc/$!; do :; done)"),
            ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true"),
            ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1"));

        var job = await host.RunAsync(definition, Ct);

        var points = Neighbours.Metrics[job.RunId];
        Assert.Equal("false\n", await LogAsync(host, job));
        Assert.Contains(points, point => point is { Key: "system/cpu_utilization_percentage", Value: > 0 });
        Assert.Contains(points, point => point is { Key: "system/system_memory_usage_megabytes", Value: > 1 });
        Assert.All(points.Where(point => point.Key.EndsWith("percentage", StringComparison.Ordinal)), point => Assert.InRange(point.Value, 0, 110));
        Assert.Equal(10, points.Select(point => point.Key).Distinct().Count());
        Assert.Equal(0, points.Min(point => point.Step));
    }

    [Fact]
    public async Task A_command_is_not_measured_unless_it_is_asked_for()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(WithVariables(Command("sleep 1.2"), ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.DoesNotContain(Neighbours.Metrics.GetValueOrDefault(job.RunId) ?? [], point => point.Key.StartsWith("system/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interval_that_is_none_fails_the_step_and_names_the_variable()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(
            WithVariables(Command("true"), ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true"), ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "often")), Ct);

        Assert.Equal(
            (JobStatus.Failed, "The variable MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL is 'often'; it must be a number from 0.1 to 86400."),
            (job.Status, job.Message));
    }

    private static JobDefinition WithVariables(JobDefinition definition, params (string Name, string Value)[] variables) => definition with
    {
        Pipeline = definition.Pipeline with
        {
            Steps =
            [
                .. definition.Pipeline.Steps.Select(step => step with
                {
                    EnvironmentVariables = variables.ToDictionary(variable => variable.Name, variable => variable.Value),
                }),
            ],
        },
    };
}
