using Slipway.Jobs.Contracts;
using Xunit;

namespace Slipway.Unit.Jobs.Schedules;

public sealed class TriggerDefinitionTests
{
    [Theory]
    [InlineData("{type: data, data: flights}")]
    [InlineData("{type: files, path: \"azureml://datastores/drop/paths/in/**/*.csv\", interval: 5, each: true}")]
    [InlineData("{type: model, model: late, event: alias, alias: challenger}")]
    [InlineData("{type: job, schedule: nightly, status: [Completed, Failed]}")]
    [InlineData("{type: push, provider: github, secret: hook, repository: https://github.com/a/b, branches: main, paths: [src/**], report_status: {secret: token}}")]
    public void A_trigger_that_waits_for_something_is_right(string trigger) => Assert.Empty(Check(trigger, "{job: jobs/a.yml}"));

    [Theory]
    [InlineData("{type: date, data: flights}", "trigger.type: 'date' is not a type of a trigger. Did you mean 'data'?")]
    [InlineData("{type: data, data: flights, tag: {a: b}}", "trigger.tag: 'tag' is not a field of a trigger by data. Did you mean 'tags'?")]
    [InlineData("{type: files, path: in/*.csv}", "trigger.path: 'in/*.csv' is no place of data")]
    [InlineData("{type: files, path: https://example.org/a.csv}", "trigger.path: 'https://example.org/a.csv' is no place in a datastore")]
    [InlineData("{type: model, model: late, event: registered, alias: champion}", "trigger.alias: An alias goes with event alias; the event is registered.")]
    [InlineData("{type: job}", "trigger: One of experiment, schedule is needed, and none is given.")]
    [InlineData("{type: push, provider: github, secret: hook, credentials: token}", "trigger.credentials: 'credentials' is of use only together with 'repository'")]
    [InlineData("{type: push, provider: generic, secret: hook, repository: https://a.org/b, report_status: {secret: t}}", "trigger.report_status: A generic caller keeps no statuses")]
    public void A_mistake_is_told_with_its_place(string trigger, string message) =>
        Assert.Contains(Check(trigger, "{job: jobs/a.yml}"), problem => problem.ToString().StartsWith("s.yml:2:", StringComparison.Ordinal) && problem.ToString().Contains(message, StringComparison.Ordinal));

    [Theory]
    [InlineData("azureml:earlier")]
    [InlineData("{type: command, command: ls, environment: azureml:x@latest}")]
    public void A_push_starts_a_file_of_its_commit(string job) => Assert.Contains(
        Check("{type: push, provider: github, secret: hook, repository: https://a.org/b}", job),
        problem => problem.ToString().Contains("create_job: A push starts what lies in its commit", StringComparison.Ordinal));

    private static IReadOnlyList<DefinitionProblem> Check(string trigger, string job) => Definitions.Validate(
        new DefinitionFile { Yaml = $"name: s\ntrigger: {trigger}\ncreate_job: {job}\n", Source = "s.yml", Kind = "schedule" });
}
