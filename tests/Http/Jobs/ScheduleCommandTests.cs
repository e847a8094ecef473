using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>Schedules by the command line, in a whole server.</summary>
public sealed class ScheduleCommandTests : IAsyncLifetime
{
    private const string Job =
        """
        type: command
        inputs: {day: {type: string, value: none}, rate: 1}
        code: ./src
        environment: azureml:any@latest
        command: sh tell.sh ${{inputs.day}} ${{inputs.rate}}
        """;

    private const string Schedule =
        """
        $schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
        name: nightly
        description: Trains every night.
        trigger: {type: recurrence, frequency: day, interval: 1, start_time: "2020-01-01T00:00:00", time_zone: "Pacific Standard Time", schedule: {hours: 3, minutes: 0}}
        create_job:
          type: command
          job: jobs/train.yml
          inputs: {day: "${{creation_context.trigger_time}}"}
          experiment_name: nights
        """;

    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await CommandServer.StartAsync();
        await _server.WriteAsync("jobs/src/tell.sh", "echo day $1 rate $2\n");
        await _server.WriteAsync("jobs/train.yml", Job);
        await _server.WriteAsync("schedule.yml", Schedule);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_schedule_runs_its_file_as_it_was_by_hand_and_over_the_past()
    {
        await _server.CallAsync("schedule", "create", "-f", _server.File("schedule.yml"), "--no-wait");
        await _server.WriteAsync("jobs/src/tell.sh", "exit 1\n");

        var cause = await _server.CallAsync("schedule", "trigger", "-n", "nightly", "--query", "cause", "-o", "tsv");
        var filled = await _server.CallAsync(
            "schedule", "backfill", "-n", "nightly", "--from", "2026-03-07", "--to", "2026-03-09T00:00:00Z", "--max-concurrent", "2", "--query", "added", "-o", "tsv");
        var jobs = await FiredAsync(3);

        Assert.Equal(("manual", "2"), (cause, filled));
        Assert.Equal("day 2026-03-07T11:00:00Z rate 1", await _server.CallAsync("job", "log", "-n", jobs["2026-03-07T11:00:00+00:00"]));
        Assert.Equal("day 2026-03-08T10:00:00Z rate 1", await _server.CallAsync("job", "log", "-n", jobs["2026-03-08T10:00:00+00:00"]));
        Assert.Equal("nights", await _server.CallAsync("job", "show", "-n", jobs.Values.First(), "--query", "experiment_name", "-o", "tsv"));
        Assert.Equal("schedule:nightly", await _server.CallAsync("schedule", "show", "-n", "nightly", "--query", "join(':', ['schedule', name])", "-o", "tsv"));
    }

    [Fact]
    public async Task A_schedule_is_changed_switched_and_deleted_when_it_is_disabled()
    {
        await _server.CallAsync("schedule", "create", "-f", _server.File("schedule.yml"), "--name", "other");
        await _server.CallAsync("schedule", "update", "-n", "other", "--set", "description=Other words.", "trigger.schedule.hours=[5]");
        await _server.CallAsync("schedule", "update", "-n", "other", "--add", "tags", "team=risk", "owner=ana", "--remove", "tags.owner", "--add", "trigger.schedule.hours", "7", "--remove", "trigger.schedule.hours", "1");
        Assert.Equal("risk\n1", await _server.CallAsync("schedule", "show", "-n", "other", "--query", "[tags.team, to_string(length(tags))]", "-o", "tsv"));
        var nothing = await _server.RunAsync("schedule", "update", "-n", "other");
        Assert.Equal((2, "--set: say what is to change."), (nothing.Code, nothing.Errors));
        Assert.Equal("Other words.\n[5]\ntrue", await _server.CallAsync("schedule", "show", "-n", "other", "--query", "[description, to_string(trigger.schedule.hours), is_enabled]", "-o", "tsv"));

        var enabled = await _server.RunAsync("schedule", "delete", "-n", "other", "--yes");
        await _server.CallAsync("schedule", "disable", "-n", "other");

        Assert.Equal((1, "The schedule 'other' is enabled; disable it first."), (enabled.Code, enabled.Errors));
        Assert.Equal("", await _server.CallAsync("schedule", "list", "--query", "[].name", "-o", "tsv"));
        Assert.Equal("other", await _server.CallAsync("schedule", "list", "--disabled-only", "--query", "[?next_at==null].name", "-o", "tsv"));
        await _server.CallAsync("schedule", "enable", "-n", "other");
        Assert.Equal("other", await _server.CallAsync("schedule", "list", "--query", "[?next_at!=null].name", "-o", "tsv"));
        await _server.CallAsync("schedule", "disable", "-n", "other");
        await _server.CallAsync("schedule", "delete", "-n", "other");
        Assert.Equal("Schedule 'other' does not exist.", (await _server.RunAsync("schedule", "show", "-n", "other")).Errors);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_in_a_sentence()
    {
        await _server.CallAsync("schedule", "create", "-f", _server.File("schedule.yml"));
        var zone = await _server.RunAsync("schedule", "create", "-f", _server.File("schedule.yml"), "--set", "trigger.time_zone=Mars");
        var input = await _server.RunAsync("schedule", "create", "-f", _server.File("schedule.yml"), "--set", "create_job.inputs.dya=1");
        var job = await _server.RunAsync("schedule", "update", "-n", "nightly", "--set", "create_job.experiment_name=x");
        var wide = await _server.RunAsync("schedule", "backfill", "-n", "nightly", "--from", "2026-03-07", "--to", "2026-03-01");
        var import = await _server.RunAsync("schedule", "create", "-f", await ImportAsync());

        Assert.Equal((2, true), (zone.Code, zone.Errors.Contains("'Mars' is not a time zone", StringComparison.Ordinal)));
        Assert.Equal((2, true), (input.Code, input.Errors.Contains("inputs.dya: The job has no input of this name.", StringComparison.Ordinal)));
        Assert.Equal((2, true), (job.Code, job.Errors.Contains("'create_job' does not change by an update", StringComparison.Ordinal)));
        Assert.Equal((2, true), (wide.Code, wide.Errors.Contains("The range ends", StringComparison.Ordinal)));
        Assert.Equal((1, "Connection 'db' does not exist. Create it with 'slipway connection create'."), (import.Code, import.Errors));
    }

    private Task<string> ImportAsync() => _server.WriteAsync(
        "import.yml",
        """
        name: imports
        trigger: {type: cron, expression: "0 1 * * *"}
        import_data: {type: mltable, name: rows, source: {type: database, query: select 1, connection: azureml:db}, path: "azureml://datastores/lake/paths/rows/${{name}}"}
        """);

    /// <summary>The jobs by their time, when all of them are over.</summary>
    private async Task<Dictionary<string, string>> FiredAsync(int count)
    {
        while (true)
        {
            var lines = (await _server.CallAsync("schedule", "history", "-n", "nightly", "--state", "fired", "--query", "[].[trigger_time, job]", "-o", "tsv"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t'))
                .ToDictionary(line => line[0], line => line[1]);
            foreach (var job in lines.Values)
                await _server.RunAsync("job", "stream", "--name", job);
            if (lines.Count == count)
                return lines;
            await Task.Delay(50, Ct);
        }
    }
}
