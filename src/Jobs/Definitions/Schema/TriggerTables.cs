using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Triggers that wait for something that happens. Azure ML has none of them.</summary>
internal static class TriggerTables
{
    public const string Data = "data", Files = "files", Model = "model", Job = "job", Push = "push";

    private static readonly ObjectShape s_status = Object(
        "how a commit is told of its job",
        Required("secret", Text, "The name of the secret in the vault that signs in at the repository's service."),
        F("api", Text, "The address of its interface; the public one, or the host of the repository, when absent."),
        F("context", Text, "The name of the check; slipway/<schedule> when absent."));

    public static IReadOnlyDictionary<string, ObjectShape> Cases { get; } = new Dictionary<string, ObjectShape>
    {
        [Data] = Object(
            "a trigger by data",
            F("type", Choice(Data), "By new versions of a data asset."),
            Required("data", Text, "The asset: flights-raw or azureml:flights-raw."),
            F("tags", TextMap, "Only versions that have these tags.")),
        [Files] = new("a trigger by files", [
            F("type", Choice(Files), "By files that arrive in a datastore."),
            Required("path", Text, "azureml://datastores/NAME/paths/PATH: a folder, or a pattern with *, ** and ?."),
            F("interval", Integer(1, 86_400), "Seconds between two looks; 60 when absent."),
            F("each", Flag, "Whether every file fires by itself; otherwise what arrived since the last look fires once.")])
        { Rules = [new Rule(CheckPath)] },
        [Model] = new("a trigger by a model", [
            F("type", Choice(Model), "By what happens to a registered model."),
            Required("model", Text, "The model's name."),
            Required("event", Choice("registered", "alias", "promoted", "accepted", "rejected", "deployed", "retired"), "What happens; promoted: the alias 'champion' moves."),
            F("alias", Text, "Only this alias, with event alias.")])
        { Rules = [new Rule(CheckAlias)] },
        [Job] = new("a trigger by jobs", [
            F("type", Choice(Job), "By the end of jobs."),
            F("experiment", Text, "Only jobs of this experiment."),
            F("schedule", Text, "Only jobs of this schedule."),
            F("status", OneOrMore(Choice("Completed", "Failed", "Canceled")), "How they ended; Completed when absent.")])
        { Rules = [Rule.AtLeastOne("experiment", "schedule")] },
        [Push] = new("a trigger by a push", [
            F("type", Choice(Push), "By a signed call of a service that keeps git repositories."),
            Required("provider", Choice("github", "gitlab", "azure_devops", "generic"), "Who calls."),
            Required("secret", Text, "The name of the secret in the vault that the call is checked with."),
            F("repository", Text, "The repository's address (https://…); the job's code is then the commit."),
            F("credentials", Text, "The name of the secret in the vault with the password or token for it."),
            F("branches", TextList, "Only these, with * and **; all when absent."),
            F("paths", TextList, "Only when one of these files changed, with * and **; always when absent."),
            F("report_status", s_status, "Tells the commit what became of its job.")])
        { Rules = [Rule.Needs("credentials", "repository"), Rule.Needs("report_status", "repository"), new Rule(CheckReport)] },
    };

    private static void CheckPath(YamlMap map, string path, Check check)
    {
        if (map.Text("path") is not { } text)
            return;
        try
        {
            if (DataUri.Parse(text).Datastore is null)
                check.Refuse(map["path"]!, Shape.Join(path, "path"), $"'{text}' is no place in a datastore; expected azureml://datastores/NAME/paths/PATH.");
        }
        catch (SlipwayException refusal)
        {
            check.Refuse(map["path"]!, Shape.Join(path, "path"), refusal.Message);
        }
    }

    private static void CheckAlias(YamlMap map, string path, Check check)
    {
        if (map["alias"] is { } alias && map.Text("event") is { } wanted && wanted != "alias")
            check.Refuse(alias, Shape.Join(path, "alias"), $"An alias goes with event alias; the event is {wanted}.");
    }

    private static void CheckReport(YamlMap map, string path, Check check)
    {
        if (map["report_status"] is { } report && map.Text("provider") == "generic")
            check.Refuse(report, Shape.Join(path, "report_status"), "A generic caller keeps no statuses; the provider must be github, gitlab or azure_devops.");
    }
}
