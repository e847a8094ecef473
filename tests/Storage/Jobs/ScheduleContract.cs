using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Schedules;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Storage.Jobs;

public abstract class ScheduleContract(DatabaseProvider provider) : JobContract(provider)
{
    // The clock of these tests starts at midnight of 2001-01-01, a Monday.
    private const string Daily =
        """
        name: daily
        trigger: {type: cron, expression: "0 6 * * *"}
        create_job:
          type: pipeline
          inputs: {day: {type: string, value: "${{creation_context.trigger_time}}"}}
          jobs: {a: {type: held}}
        """;

    private readonly TaskCompletionSource _let = new();

    [Fact]
    public async Task An_occurrence_fires_once_however_many_servers_look_and_its_job_knows_its_time()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, Daily);
        Time.Advance(TimeSpan.FromHours(6));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Get<DueSchedules>().FireAsync(Ct)));
        await StartAsync(host);

        var firing = Assert.Single(await HistoryAsync(host));
        Assert.Equal(("fired", "schedule", At("2001-01-01T06:00Z")), (firing.State, firing.Cause, firing.TriggerAt));
        var job = (await host.Jobs.FindAsync(Caller.System, firing.Job!, Ct))!;
        Assert.Equal(("daily-20010101T060000Z", "daily"), (job.DisplayName, job.Experiment));
        Assert.Equal(("daily", "2001-01-01T06:00:00Z"), (job.Tags["azureml.scheduleName"], job.Tags["slipway.triggerTime"]));
        Assert.Equal(At("2001-01-02T06:00Z"), (await host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, "daily", Ct))!.NextAt);
        await AssertStartedOnceMoreGivesTheSameAsync(host, firing);
    }

    [Theory]
    [InlineData("skip", "2 occurrences up to 2001-01-02T06:00:00Z were missed, because no server was running; misfire is skip.", "2001-01-03T06:00Z")]
    [InlineData("once", "2 occurrences up to 2001-01-02T06:00:00Z were missed, because no server was running; misfire is once.", "2001-01-03T06:00Z")]
    [InlineData("all", null, "2001-01-01T06:00Z", "2001-01-02T06:00Z", "2001-01-03T06:00Z")]
    public async Task Missed_occurrences_follow_the_policy(string misfire, string? reason, params string[] fired)
    {
        await using var host = await HostAsync();
        await CreateAsync(host, Daily + $"\nmisfire: {misfire}\n");
        Time.Advance(TimeSpan.FromHours(54));

        await host.Get<DueSchedules>().FireAsync(Ct);
        await StartAsync(host);

        var history = await HistoryAsync(host);
        Assert.Equal(fired.Select(At), history.Where(firing => firing.State == "fired").Select(firing => firing.TriggerAt));
        Assert.Equal(reason, history.SingleOrDefault(firing => firing.State == "skipped")?.Reason);
    }

    [Fact]
    public async Task When_all_was_missed_the_last_fires_once()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, Daily);
        Time.Advance(TimeSpan.FromHours(60));

        await host.Get<DueSchedules>().FireAsync(Ct);
        await StartAsync(host);

        Assert.Equal(
            [("skipped", At("2001-01-01T06:00Z")), ("fired", At("2001-01-03T06:00Z"))],
            (await HistoryAsync(host)).Select(firing => (firing.State, firing.TriggerAt)));
    }

    [Fact]
    public async Task While_a_job_is_open_the_next_is_skipped_or_waits_for_its_end()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, Daily + "\nconcurrency: skip\n");
        await CreateAsync(host, Daily.Replace("daily", "queued") + "\nconcurrency: queue\n");
        await DayAsync(host);

        await DayAsync(host);

        var skipped = (await HistoryAsync(host))[1];
        Assert.Equal(("skipped", $"The job '{(await HistoryAsync(host))[0].Job}' was not over; concurrency is skip."), (skipped.State, skipped.Reason));
        Assert.Equal(["fired", "waiting"], (await HistoryAsync(host, "queued")).Select(firing => firing.State));
        _let.SetResult();
        await StartAllAsync(host, "queued");
        Assert.Equal(["fired", "fired"], (await HistoryAsync(host, "queued")).Select(firing => firing.State));
    }

    [Fact]
    public async Task A_backfill_fires_what_has_not_fired_a_few_at_a_time_and_goes_on_when_repeated()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, Daily + "\nis_enabled: false\n");
        Time.Advance(TimeSpan.FromDays(10));
        await FillAsync("2001-01-02T06:00Z");
        await StartAsync(host);

        var asked = await FillAsync("2001-01-05T06:00Z");
        await StartAsync(host);

        Assert.Equal((4, 3), (asked.Occurrences, asked.Added));
        Assert.Equal(["fired", "fired", "waiting", "waiting"], (await HistoryAsync(host)).Select(firing => firing.State));
        Assert.Equal(0, (await FillAsync("2001-01-05T06:00Z")).Added);
        _let.SetResult();
        await StartAllAsync(host, "daily");
        Assert.All(await HistoryAsync(host), firing => Assert.Equal(("fired", "backfill"), (firing.State, firing.Cause)));

        Task<FireSchedule.Response> FillAsync(string to) => host.Get<FireSchedule>().FillAsync(
            Caller.System, "daily", At("2001-01-01T00:00Z").ToTime(), At(to).ToTime(), 2, false, Ct);
    }

    [Fact]
    public async Task What_could_never_run_is_refused_when_the_schedule_is_made()
    {
        await using var host = await HostAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync(host, Daily.Replace("{type: held}", "{component: azureml:nothing:1}")));

        Assert.Contains("'azureml:nothing:1' is not known here", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, "daily", Ct));
    }

    private static long At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();

    private static Task<Schedule> CreateAsync(JobHost host, string yaml) =>
        host.Get<CreateSchedule>().RunAsync(Caller.System, new CreateSchedule.Request(yaml, "s.yml", null, null), Ct);

    private Task<JobHost> HostAsync() =>
        StartAsync(new HostSettings { Time = Time }, new TestKind("held", (_, ct) => _let.Task.WaitAsync(ct)));

    private async Task DayAsync(JobHost host)
    {
        var now = Time.GetUtcNow();
        Time.Advance(now.Hour < 6 ? TimeSpan.FromHours(6 - now.Hour) : TimeSpan.FromHours(24));
        await host.Get<DueSchedules>().FireAsync(Ct);
        await StartAsync(host);
    }

    private static async Task StartAsync(JobHost host)
    {
        while (await host.Get<WorkQueue>().LeaseAsync([Schedule.LookKind], "test", TimeSpan.FromMinutes(1), Ct) is { } lease)
            await host.Get<WaitingFirings>().StartAsync(lease, Ct);
    }

    /// <summary>Goes on as the ends of jobs are told, which have the schedule looked at again.</summary>
    private static async Task StartAllAsync(JobHost host, string name)
    {
        while ((await HistoryAsync(host, name)).Any(firing => firing.State == "waiting"))
        {
            await StartAsync(host);
            await Task.Delay(10, Ct);
        }
    }

    private static async Task<IReadOnlyList<Firing>> HistoryAsync(JobHost host, string name = "daily")
    {
        var schedule = (await host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, name, Ct))!;
        return [.. (await host.Get<FiringStore>().ListAsync(schedule.Id, null, 100, Ct)).Reverse()];
    }

    private static async Task AssertStartedOnceMoreGivesTheSameAsync(JobHost host, Firing firing)
    {
        var schedule = (await host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, "daily", Ct))!;
        var again = await host.Get<IScheduledAct>().RunAsync(Caller.System, schedule.Work(firing.TriggerAt.ToTime(), firing.Id, firing.ReadFacts()), Ct);
        Assert.Equal(firing.Job, again.Job);
    }
}

public sealed class SchedulesOnSqlite() : ScheduleContract(DatabaseProvider.Sqlite);

public sealed class SchedulesOnPostgres() : ScheduleContract(DatabaseProvider.Postgres);
