using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>The YAML of a schedule on this machine, with the job that it makes and that job's files.</summary>
internal sealed partial record ScheduleFile(string Yaml, string Source, JobFile? Job, bool IsNamed)
{
    public static ScheduleFile Read(string path, IReadOnlyList<DefinitionEdit> edits)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var source = Path.GetFileName(path);
        var text = File.ReadAllText(path);
        var definition = Definitions.Read(JobFile.Describe(text, source, folder) with { Kind = "schedule", Edits = edits });
        var yaml = edits.Count == 0 ? text : Definitions.Edit(text, source, edits);

        // The job of a push lies in its commit, not here.
        if (definition["trigger"]!["repository"] is not null)
            return new ScheduleFile(yaml, source, null, false);
        if ((definition["import_data"] as JsonValue)?.ToString() is { } import)
            return new ScheduleFile(yaml, source, JobFile.Read(Path.Combine(folder, import), [], "import"), true);
        var (job, isNamed) = JobOf(definition["create_job"], source, folder);
        return new ScheduleFile(yaml, source, job, isNamed);
    }

    public async Task<JsonNode> SubmitAsync(SlipwayClient client, CancellationToken ct)
    {
        var body = new JsonObject { ["yaml"] = Yaml, ["source"] = Source };
        if (Job is not null)
        {
            body["files"] = new JsonObject((await Job.UploadAsync(client, ct)).Select(tree => KeyValuePair.Create(tree.Key, (JsonNode?)tree.Value)));
            if (IsNamed)
                body["file"] = new JsonObject { ["yaml"] = Job.Yaml, ["source"] = Job.Source };
        }

        return (await client.PostAsync("api/v1/schedules", body, ct))!;
    }

    private static (JobFile? Job, bool IsNamed) JobOf(JsonNode? act, string source, string folder)
    {
        var named = act is JsonObject fields ? (string?)fields["job"] : (string?)act;
        if (named is not null)
            return named.StartsWith("azureml:", StringComparison.Ordinal) ? (null, false) : (JobFile.Read(Path.Combine(folder, named), []), true);
        if (act is null)
            return (null, false);

        // The server fills it in when the schedule fires; the job by itself knows no such expression.
        var yaml = TriggerFact().Replace(act.ToJsonString(), fact => fact.Groups[1].Value switch
        {
            "creation_context.trigger_time" => "2000-01-01T00:00:00Z",
            "trigger.path" => "azureml:any:1",
            _ => "1",
        });
        var paths = Definitions.LocalPaths(JobFile.Describe(yaml, source, folder));
        return (new JobFile(folder, source, yaml, paths), false);
    }

    [GeneratedRegex(@"\$\{\{\s*(creation_context\.trigger_time|trigger\.\w+)\s*\}\}")]
    private static partial Regex TriggerFact();
}
