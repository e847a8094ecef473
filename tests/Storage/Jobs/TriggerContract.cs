using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Schedules;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Xunit;

namespace Slipway.Storage.Jobs;

/// <summary>Schedules that wait for something that happens.</summary>
public abstract class TriggerContract(DatabaseProvider provider) : JobContract(provider)
{
    private const string Commit = "0123456789012345678901234567890123456789";

    private const string ByData =
        """
        name: fresh
        trigger: {type: data, data: azureml:flights, tags: {checked: "yes"}}
        create_job:
          type: pipeline
          inputs: {version: {type: string, value: "${{trigger.version}}"}}
          jobs: {a: {type: good}}
        """;

    [Fact]
    public async Task A_new_version_fires_once_however_many_servers_look_and_also_when_no_news_came()
    {
        await using var host = await HostAsync();
        await LandAsync("yes");
        Time.Advance(TimeSpan.FromSeconds(1));
        await CreateAsync(host, ByData);
        await LandAsync("yes");
        await LandAsync("no");
        Time.Advance(TimeSpan.FromMinutes(1));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Get<DueWatches>().LookAsync(Ct)));
        Time.Advance(TimeSpan.FromMinutes(1));
        await host.Get<DueWatches>().LookAsync(Ct);
        await StartAsync(host);

        var history = await HistoryAsync(host, "fresh");
        Assert.Equal(["fired", "skipped"], history.Select(firing => firing.State).Order());
        var fired = history.Single(firing => firing.State == "fired");
        Assert.Equal(("data", "data:flights@2 was created by system.", "2"), (fired.Cause, fired.Why, fired.ReadFacts()["version"]));
        Assert.Equal("The version has no tag checked=yes.", history.Single(firing => firing.State == "skipped").Reason);
        Assert.Equal("fresh", (await host.Jobs.FindAsync(Caller.System, fired.Job!, Ct))!.Tags["azureml.scheduleName"]);
    }

    [Fact]
    public async Task News_hasten_the_look_and_what_passed_while_it_was_disabled_does_not_count()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, ByData + "\nis_enabled: false\n");
        await LandAsync("yes");
        Time.Advance(TimeSpan.FromSeconds(5));
        await host.Get<CreateSchedule>().EditAsync(Caller.System, "fresh", ["is_enabled=true"], Ct);
        Time.Advance(TimeSpan.FromSeconds(5));
        var version = await LandAsync("yes");
        await host.Get<DueWatches>().LookAsync(Ct);
        Assert.Empty(await HistoryAsync(host, "fresh"));

        await host.Get<WakeOnNews>().HandleAsync(new DataVersionCreated(Caller.System, version), Ct);
        await host.Get<DueWatches>().LookAsync(Ct);

        Assert.Equal("data:flights@2 was created by system.", Assert.Single(await HistoryAsync(host, "fresh")).Why);
    }

    [Fact]
    public async Task The_end_of_a_job_starts_the_next_and_schedules_do_not_go_round_in_circles()
    {
        await using var host = await HostAsync();
        await CreateAsync(host, ByJob("a", "schedule: c"));
        await CreateAsync(host, ByJob("b", "schedule: a"));
        await CreateAsync(host, ByJob("c", "schedule: b"));
        await CreateAsync(host, ByJob("other", "experiment: another"));
        await OverAsync(host, (await host.Jobs.SubmitAsync(Caller.System, Work, Ct)).Name);

        await host.Get<FireSchedule>().FireAsync(Caller.System, "a", new Dictionary<string, string> { ["job"] = "work" }, Ct);
        await StartAsync(host);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await OverAsync(host, Assert.Single(await HistoryAsync(host, name)).Job!);
            await AdvanceAsync(host);
        }

        var last = Assert.Single(await HistoryAsync(host, "c"));
        Assert.Equal("a", (await host.Jobs.FindAsync(Caller.System, Assert.Single(await HistoryAsync(host, "b")).Job!, Ct))!.Tags["slipway.chain"]);
        Assert.Equal($"The job '{last.ReadFacts()["job"]}' of experiment b is Completed.", last.Why);
        Assert.Contains(await HistoryAsync(host, "a"), firing => firing is { State: "skipped", Reason: "It would go round in a circle: a → b → c → a." });
        Assert.Empty(await HistoryAsync(host, "other"));
    }

    [Theory]
    [InlineData("event: registered", "model:late@1 was registered by ana.")]
    [InlineData("event: promoted", "ana set the alias champion to model:late@1.")]
    [InlineData("event: alias, alias: challenger", "ana set the alias challenger to model:late@2.")]
    public async Task What_happens_to_a_model_fires(string wanted, string why)
    {
        await using var host = await HostAsync();
        await CreateAsync(host, $$$$"""
            name: models
            trigger: {type: model, model: late, {{{{wanted}}}} }
            create_job: {type: pipeline, jobs: {a: {type: good}}, inputs: {model: {type: custom_model, path: "${{trigger.path}}"}}}
            """);
        var now = Time.GetUtcNow();
        Neighbours.History.Add(new ModelEvent("late", 1, "registered", "registered", null, now, "ana"));
        Neighbours.History.Add(new ModelEvent("late", 1, "alias", "champion: it is better", null, now, "ana"));
        Neighbours.History.Add(new ModelEvent("late", 2, "alias", "challenger: it is new", null, now, "ana"));

        await AdvanceAsync(host);

        Assert.Equal(why, Assert.Single(await HistoryAsync(host, "models")).Why);
    }

    [Fact]
    public async Task A_signed_push_fires_once_also_when_it_comes_again_and_a_wrong_one_is_refused_without_a_trace()
    {
        await using var host = await HostAsync();
        Neighbours.Secrets["hook"] = "s3cret";
        await CreateAsync(host, """
            name: ci
            trigger: {type: push, provider: github, secret: hook, branches: [main, release/*], paths: ["src/**"]}
            create_job: {type: pipeline, jobs: {a: {type: good}}, inputs: {commit: "${{trigger.commit}}"}}
            """);

        var first = await CallAsync(host, Body("refs/heads/main", "src/train.py"), "s3cret");
        var again = await CallAsync(host, Body("refs/heads/main", "src/train.py"), "s3cret");
        var branch = await CallAsync(host, Body("refs/heads/dev", "src/train.py"), "s3cret");
        var path = await CallAsync(host, Body("refs/heads/release/1", "README.md"), "s3cret");
        var ping = await CallAsync(host, "{}", "s3cret", "ping");
        var forged = await Assert.ThrowsAsync<SlipwayException>(() => CallAsync(host, Body("refs/heads/main", "src/a.py"), "guessed"));
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() => CallAsync(host, Body("refs/heads/main", "src/a.py"), "s3cret", name: "nothing"));
        await StartAsync(host);

        Assert.Equal(("waiting", "ana pushed 01234567 to main: Use fewer trees."), (first.State, first.Reason));
        Assert.Equal(("waiting", "This call came before."), (again.State, again.Reason));
        Assert.Equal(("skipped", "'dev' is none of the branches main, release/*."), (branch.State, branch.Reason));
        Assert.Equal(("skipped", "None of the 1 changed files is one of src/**."), (path.State, path.Reason));
        Assert.Equal("ignored", ping.State);
        Assert.Equal((ErrorCode.Unauthenticated, forged.Message), (unknown.Code, unknown.Message));
        var history = await HistoryAsync(host, "ci");
        Assert.Equal(["fired", "skipped", "skipped"], history.Select(firing => firing.State).Order());
        var job = (await host.Jobs.FindAsync(Caller.System, history.Single(firing => firing.State == "fired").Job!, Ct))!;
        Assert.Equal((Commit, "main"), (job.Tags["azureml.git.commit"], job.Tags["mlflow.source.git.branch"]));
    }

    [Fact]
    public async Task What_could_never_fire_is_refused_and_what_is_no_fact_too()
    {
        await using var host = await HostAsync();

        var fact = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync(host, ByData.Replace("trigger.version", "trigger.verson")));
        var secret = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync(host, """
            name: ci
            trigger: {type: push, provider: github, secret: nothing}
            create_job: {type: pipeline, jobs: {a: {type: good}}}
            """));
        await CreateAsync(host, ByData);
        var range = await Assert.ThrowsAsync<SlipwayException>(() =>
            host.Get<FireSchedule>().FillAsync(Caller.System, "fresh", DateTimeOffset.UnixEpoch, Time.GetUtcNow(), 1, false, Ct));
        var hand = await Assert.ThrowsAsync<SlipwayException>(() =>
            host.Get<FireSchedule>().FireAsync(Caller.System, "fresh", new Dictionary<string, string> { ["version"] = "7" }, Ct));

        Assert.Contains("is not known to this trigger. Did you mean 'version'?", fact.Message, StringComparison.Ordinal);
        Assert.Contains("The vault has no secret 'nothing'", secret.Message, StringComparison.Ordinal);
        Assert.Contains("only what goes by time can be filled in", range.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.NotFound, hand.Code);
    }

    private static string ByJob(string name, string of) => $$$"""
        name: {{{name}}}
        trigger: {type: job, {{{of}}} }
        create_job: {type: pipeline, jobs: {a: {type: good}} }
        """;

    private static NewJob Work => new()
    {
        Name = "work",
        Yaml = "{type: pipeline, jobs: {a: {type: good}}}",
        Source = "work.yml",
    };

    private static string Body(string branch, string path) => $$"""
        {"ref": "{{branch}}", "before": "{{new string('0', 40)}}", "after": "{{Commit}}", "repository": {"clone_url": "https://example.org/a/b.git"},
         "pusher": {"name": "ana"}, "head_commit": {"message": "Use fewer trees\n\nThey overfit."},
         "commits": [{"added": [], "modified": ["{{path}}"], "removed": []}]}
        """;

    private static Task<ReceivePush.Response> CallAsync(JobHost host, string body, string secret, string kind = "push", string name = "ci")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var headers = new HeaderDictionary
        {
            ["X-GitHub-Event"] = kind,
            ["X-Hub-Signature-256"] = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), bytes)),
        };
        return host.Get<ReceivePush>().RunAsync(WorkspaceName.Default, name, headers, bytes, Ct);
    }

    private static Task<Schedule> CreateAsync(JobHost host, string yaml) =>
        host.Get<CreateSchedule>().RunAsync(Caller.System, new CreateSchedule.Request(yaml, "s.yml", null, null), Ct);

    private Task<JobHost> HostAsync()
    {
        Neighbours.Time = Time;
        return StartAsync(new HostSettings { Time = Time }, Good);
    }

    private async Task<DataVersion> LandAsync(string isChecked) => await Neighbours.CreateAsync(
        Caller.System,
        new NewDataVersion
        {
            Name = AssetName.Parse("flights"),
            Tree = await PutAsync(("a.csv", isChecked)),
            Tags = new Dictionary<string, string> { ["checked"] = isChecked },
        },
        Ct);

    private async Task AdvanceAsync(JobHost host)
    {
        Time.Advance(TimeSpan.FromMinutes(1));

        // News that come during a look have it done again.
        while ((await host.Get<ScheduleStore>().DueAsync(watching: true, Time.GetUtcNow().ToUnixTimeMilliseconds(), 1, Ct)).Count > 0)
            await host.Get<DueWatches>().LookAsync(Ct);
        await StartAsync(host);
    }

    private static async Task StartAsync(JobHost host)
    {
        while (await host.Get<WorkQueue>().LeaseAsync([Schedule.LookKind], "test", TimeSpan.FromMinutes(1), Ct) is { } lease)
            await host.Get<WaitingFirings>().StartAsync(lease, Ct);
    }

    private static async Task OverAsync(JobHost host, string job)
    {
        while (!(await host.Jobs.FindAsync(Caller.System, job, Ct))!.IsOver)
            await Task.Delay(5, Ct);
    }

    private static async Task<IReadOnlyList<Firing>> HistoryAsync(JobHost host, string name)
    {
        var schedule = (await host.Get<ScheduleStore>().FindAsync(WorkspaceName.Default, name, Ct))!;
        return await host.Get<FiringStore>().ListAsync(schedule.Id, null, 100, Ct);
    }
}

public sealed class TriggersOnSqlite() : TriggerContract(DatabaseProvider.Sqlite);

public sealed class TriggersOnPostgres() : TriggerContract(DatabaseProvider.Postgres);
