using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Schedules;
using Slipway.Kernel;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class MonitorScheduleContract(DatabaseProvider provider) : MonitorBed(provider)
{
    [Fact]
    public async Task A_monitor_is_replaced_and_deleted()
    {
        await GivenAsync();
        var store = Host.Get<MonitorStore>();

        await Host.DeclareAsync(Monitor.Replace("accuracy: 0.9", "auc: 0.5", StringComparison.Ordinal), Ct);

        Assert.Contains("auc: 0.5", Assert.Single(await store.ListAsync(WorkspaceName.Default, Ct)).Definition, StringComparison.Ordinal);
        Assert.True(await store.DeleteAsync(WorkspaceName.Default, "flights", Ct));
        Assert.False(await store.DeleteAsync(WorkspaceName.Default, "flights", Ct));
    }

    [Fact]
    public async Task A_monitor_with_a_trigger_is_run_by_its_schedule_for_the_last_period_and_each_that_is_over()
    {
        await GivenAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}");
        Host.Collected.Windows[Week(0)] = Answers();

        await Host.TickAsync(Ct);
        Time.Advance(TimeSpan.FromDays(8));
        await Host.TickAsync(Ct);
        await Host.TickAsync(Ct);

        var runs = await Host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct);
        Assert.Equal([(Week(0), 1000L), (Week(-1), 0L)], runs.Select(run => (run.Window, run.Rows)));
        Assert.Contains("trigger:", (await Host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "flights", Ct))!.Definition, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_that_is_deleted_or_loses_its_trigger_loses_its_schedule()
    {
        await GivenAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}");
        var schedules = Host.Get<ISchedules>();
        Task<bool> IsKeptAsync() => schedules.IsKeptAsync(WorkspaceName.Default, "flights", MonitorAct.Act, Ct);
        var declared = await IsKeptAsync();

        await Host.DeclareAsync(Monitor, Ct);
        var without = await IsKeptAsync();
        var isEnabled = (await Host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "flights", Ct))!.Enabled;
        await Host.DeclareAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 1}", Ct);
        var again = await IsKeptAsync();
        await Host.Get<DeclareMonitor>().DeleteAsync(Caller.System, "flights", Ct);

        Assert.Equal((true, false, true, false), (declared, without, again, await IsKeptAsync()));
        Assert.True(isEnabled);
        Assert.Empty(await Host.Get<MonitorStore>().ListAsync(WorkspaceName.Default, Ct));
    }

    [Fact]
    public async Task A_schedule_that_is_switched_switches_its_monitor_and_the_other_way_round()
    {
        const string Weekly = Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}";
        await GivenAsync(Weekly);
        var change = Host.Get<ChangeSchedule>();

        await change.SwitchAsync(Caller.System, "flights", false, Ct);
        var off = await AreEnabledAsync();
        await Host.DeclareAsync(Weekly, Ct);
        var declared = await AreEnabledAsync();
        await Host.Get<CreateSchedule>().EditAsync(Caller.System, "flights", ["is_enabled=true"], Ct);
        var edited = await AreEnabledAsync();
        await Host.EnableAsync(false, Ct);
        var disabled = await AreEnabledAsync();
        await change.SwitchAsync(Caller.System, "flights", true, Ct);

        Assert.Equal([(false, false), (false, false), (true, true), (false, false), (true, true)], [off, declared, edited, disabled, await AreEnabledAsync()]);
    }

    [Fact]
    public async Task A_monitor_from_before_triggers_were_schedules_gets_its_schedule_when_a_server_starts()
    {
        await GivenAsync();
        await Host.Get<CreateMonitor>().RunAsync(Caller.System, Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}", Ct);
        var adopt = Host.Get<AdoptMonitors>();

        await adopt.RunAsync(Ct);
        await adopt.RunAsync(Ct);

        Assert.True(await Host.Get<ISchedules>().IsKeptAsync(WorkspaceName.Default, "flights", MonitorAct.Act, Ct));
    }

    [Fact]
    public async Task A_monitor_does_not_take_the_schedule_of_something_else()
    {
        await GivenAsync();
        const string Other = "name: weekly\ntrigger: {type: cron, expression: '0 1 * * *'}\nscrape_metrics: {url: 'https://node.example.com/metrics'}";
        await Host.Get<ISchedules>().KeepAsync(Caller.System, Other, "s.yml", Ct);
        var weekly = Monitor.Replace("name: flights", "name: weekly", StringComparison.Ordinal) + "\ntrigger: {type: recurrence, frequency: day, interval: 7}";

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Host.DeclareAsync(weekly, Ct));

        Assert.Contains("There is a schedule 'weekly' already, which does scrape_metrics", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await Host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "weekly", Ct));
    }

    [Fact]
    public async Task A_schedule_declares_its_monitor_and_measures_each_period_once()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(0)] = Answers();
        var act = Host.Get<IScheduledAct>();
        var work = Occurrence(Monitor + "\ntrigger: {type: recurrence, frequency: week, interval: 1}", Week(0).To);

        await act.CheckAsync(Caller.System, work, Ct);
        var first = await act.RunAsync(Caller.System, work, Ct);
        var again = await act.RunAsync(Caller.System, work, Ct);

        var run = Assert.Single(await Host.Get<RunStore>().ListAsync(WorkspaceName.Default, "weekly", 10, Ct));
        Assert.Equal((Week(0), 1000, run.Node), (run.Window, run.Rows, first.Node));
        Assert.Equal(first, again);
        Assert.Contains(await Host.Get<MonitorStore>().ListAsync(WorkspaceName.Default, Ct), monitor => monitor.Name == "weekly" && monitor.Read().Trigger is null);
    }

    [Fact]
    public async Task A_schedule_of_another_kind_measures_from_the_last_run_on_and_refuses_what_cannot_be_monitored()
    {
        await GivenAsync();
        var act = Host.Get<IScheduledAct>();
        const string Cron = Monitor + "\ntrigger: {type: cron, expression: \"0 6 * * 1\"}";
        var day = Week(0).To;

        await act.RunAsync(Caller.System, Occurrence(Cron, day), Ct);
        await act.RunAsync(Caller.System, Occurrence(Cron, day.AddHours(7)), Ct);
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() =>
            act.CheckAsync(Caller.System, Occurrence(Cron.Replace("azureml:flights", "azureml:nothing", StringComparison.Ordinal), day), Ct));

        Assert.Equal(
            [new TimeWindow(day, day.AddHours(7)), new TimeWindow(day.AddDays(-1), day)],
            (await Host.Get<RunStore>().ListAsync(WorkspaceName.Default, "weekly", 10, Ct)).Select(run => run.Window));
        Assert.Equal("Endpoint 'nothing' does not exist.", unknown.Message);
    }

    private async Task<(bool Schedule, bool Monitor)> AreEnabledAsync() => (
        (await Host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, "flights", Ct))!.IsEnabled,
        (await Host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "flights", Ct))!.Enabled);

    private static ScheduledWork Occurrence(string yaml, DateTimeOffset time)
    {
        // Schedules are checked as Azure ML does, which wants a compute.
        var whole = yaml.Replace("create_monitor:", "create_monitor:\n  compute: {instance_type: standard_e4s_v3, runtime_version: \"3.3\"}", StringComparison.Ordinal);
        var schedule = Definitions.Read(new DefinitionFile { Yaml = whole, Source = "weekly.yml", Kind = "schedule" });
        return new ScheduledWork
        {
            Schedule = "weekly",
            Name = "weekly_1",
            Time = time,
            Trigger = schedule["trigger"]!.AsObject(),
            Definition = schedule["create_monitor"]!,
            FileYaml = "",
            FileSource = "weekly.yml",
            Files = new Dictionary<string, Digest>(),
        };
    }
}

public sealed class MonitorScheduleOnSqlite() : MonitorScheduleContract(DatabaseProvider.Sqlite);

public sealed class MonitorScheduleOnPostgres() : MonitorScheduleContract(DatabaseProvider.Postgres);
