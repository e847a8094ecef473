using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>Where a model's files are, in the words that a server takes: the tree of what was uploaded or made by a job, or a path that it reads itself.</summary>
internal static partial class ModelFiles
{
    // What Azure ML calls the artifacts of a job's run.
    private const string Artifacts = "artifacts";

    /// <returns><c>tree</c> or <c>path</c>, and <c>runId</c> where a job made it.</returns>
    public static async Task<JsonObject> FindAsync(SlipwayClient client, string path, string folder, CancellationToken ct)
    {
        if (RunPath().Match(path) is { Success: true } run)
            return new JsonObject { ["path"] = await OfRunAsync(client, run.Groups["run"].Value, run.Groups["path"].Value, ct) };
        if (JobPath().Match(path) is { Success: true } job)
            return await OfJobAsync(client, job.Groups["job"].Value, job.Groups["output"].Value, job.Groups["path"].Value.Trim('/'), ct);
        if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("models:/", StringComparison.Ordinal) || path.StartsWith("mlflow-artifacts:/", StringComparison.Ordinal))
            return new JsonObject { ["path"] = path };
        if (path.StartsWith("azureml:", StringComparison.Ordinal))
            throw SlipwayException.Invalid($"--path: '{path}' is no place of files; write models:/NAME/VERSION for those of a model.");
        return new JsonObject { ["tree"] = (await client.Content.UploadAsync(AssetFlags.Local(folder, path), ct)).Digest };
    }

    // Scripts for Azure write the job's name, which there is the id of its run.
    private static async Task<string> OfRunAsync(SlipwayClient client, string run, string path, CancellationToken ct)
    {
        var job = await client.Jobs.FindAsync(run, ct);
        return $"runs:/{job?.RunId ?? run}/{path}".TrimEnd('/');
    }

    private static async Task<JsonObject> OfJobAsync(SlipwayClient client, string name, string output, string path, CancellationToken ct)
    {
        var address = $"api/v1/jobs/{Uri.EscapeDataString(name)}";
        var job = await client.GetAsync(address, ct);
        var runId = job["runId"]!.ToString();
        if (output == Artifacts)
            return new JsonObject { ["path"] = $"runs:/{runId}/{path}".TrimEnd('/') };
        var own = (await client.GetAsync(address + "/outputs", ct))["outputs"]!.AsArray().Where(one => one!["name"]!.ToString() == output).ToList();
        var ofSteps = job["steps"]!.AsArray().SelectMany(step => step!["outputs"]!.AsObject()).Where(one => one.Key == output).Select(one => one.Value);
        var made = (own.Count > 0 ? own : ofSteps).Select(one => one?["tree"]?.ToString()).OfType<string>().ToList();
        if (made is not [var tree])
            throw SlipwayException.Invalid($"--path: job '{name}' ({job["status"]}) has made {(made.Count == 0 ? "no" : "more than one")} output '{output}'; see slipway job show.");
        return new JsonObject { ["tree"] = path.Length == 0 ? tree : await PartAsync(client, tree, path, ct), ["runId"] = runId };
    }

    private static async Task<string> PartAsync(SlipwayClient client, string tree, string path, CancellationToken ct)
    {
        var entries = new JsonArray();
        foreach (var file in (await client.GetAsync($"api/v1/content/trees/{tree}", ct))["files"]!.AsArray())
        {
            var name = file!["path"]!.ToString();
            var inside = name == path ? Path.GetFileName(name) : name.StartsWith(path + "/", StringComparison.Ordinal) ? name[(path.Length + 1)..] : null;
            if (inside is not null)
                entries.Add((JsonNode)new JsonObject { ["path"] = inside, ["digest"] = file["digest"]!.DeepClone(), ["size"] = file["size"]!.DeepClone() });
        }

        return entries.Count > 0
            ? (await client.PostAsync("api/v1/content/trees", new JsonObject { ["entries"] = entries }, ct))!["digest"]!.ToString()
            : throw SlipwayException.Invalid($"--path: there is no '{path}' in that output.");
    }

    [GeneratedRegex(@"\Aruns:/+(?<run>[^/]+)/(?<path>.*)\z")]
    private static partial Regex RunPath();

    [GeneratedRegex(@"\Aazureml://jobs/(?<job>[^/]+)/outputs/(?<output>[^/]+)(/paths(?<path>/.*)?)?/?\z")]
    private static partial Regex JobPath();
}
