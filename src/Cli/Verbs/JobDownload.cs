using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job download: the outputs of a job's steps as local files.</summary>
internal static class JobDownload
{
    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The job's name.", Required = true };
        var output = new Option<string?>("--output-name") { Description = "Only this output: 'model' of the job or of a step, or 'train.model' of the step 'train'." };
        var all = new Option<bool>("--all") { Description = "All outputs; so it is without --output-name." };
        var path = new Option<string>("--download-path", "-p") { Description = "The folder to write into.", DefaultValueFactory = _ => "." };
        return ApiVerb.Create("download", "Download outputs into named-outputs/OUTPUT; all those of a pipeline into named-outputs/STEP/OUTPUT.", [name, output, all, path], async (client, parsed, format, ct) =>
        {
            var address = $"api/v1/jobs/{Uri.EscapeDataString(parsed.GetValue(name)!)}";
            var job = await client.GetAsync(address, ct);
            var wanted = parsed.GetValue(all) ? null : parsed.GetValue(output);
            var own = wanted is null ? [] : (await client.GetAsync(address + "/outputs", ct))["outputs"]!.AsArray();
            var found = Wanted(job, own, wanted);
            if (found.Count == 0)
                throw new SlipwayException(ErrorCode.NotFound, Nothing(job, own, wanted));
            foreach (var one in found)
            {
                var folder = Path.Combine(parsed.GetValue(path)!, "named-outputs", wanted == one.Name && found.Count == 1 ? "" : one.Folder, one.Name);
                await SaveAsync(client, one.Tree, Path.GetFullPath(folder), ct);
                await format.Error.WriteLineAsync($"{one.Step}.{one.Name} → {folder}");
            }

            return 0;
        });
    }

    // The job's own name for an output comes before a step's.
    private static List<(string Step, string Name, string Tree, string Folder)> Wanted(JsonNode job, JsonArray own, string? wanted)
    {
        if (own.FirstOrDefault(one => one!["name"]!.ToString() == wanted) is { } known)
            return known["tree"] is { } tree ? [(known["step"]!.ToString(), known["name"]!.ToString(), tree.ToString(), "")] : [];
        return [.. Outputs(job).Where(one => wanted is null || one.Name == wanted || $"{one.Step}.{one.Name}" == wanted)];
    }

    private static IEnumerable<(string Step, string Name, string Tree, string Folder)> Outputs(JsonNode job) =>
        from step in job["steps"]!.AsArray()
        from output in step!["outputs"]!.AsObject()
        where output.Value?["tree"] is not null
        let name = step["name"]!.ToString()
        select (name, output.Key, output.Value!["tree"]!.ToString(), job["type"]!.ToString() == "pipeline" ? name : "");

    private static string Nothing(JsonNode job, JsonArray own, string? wanted)
    {
        var names = own.Where(one => one!["tree"] is not null).Select(one => one!["name"]!.ToString());
        var ofSteps = Outputs(job).Where(one => one.Folder.Length > 0).Select(one => $"{one.Step}.{one.Name}");
        var known = string.Join(", ", names.Concat(ofSteps));
        var what = wanted is null ? "has made no output" : $"has made no output '{wanted}'";
        return $"Job '{job["name"]}' ({job["status"]}) {what}.{(known.Length == 0 ? "" : $" It has: {known}.")}";
    }

    private static async Task SaveAsync(SlipwayClient client, string tree, string folder, CancellationToken ct)
    {
        foreach (var file in (await client.GetAsync($"api/v1/content/trees/{tree}", ct))["files"]!.AsArray())
        {
            var path = file!["path"]!.ToString();
            var target = Path.GetFullPath(Path.Combine(folder, path));
            if (!target.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw SlipwayException.Conflict($"The output names '{path}', which lies outside of it; nothing is written there.");
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var content = await client.Content.OpenAsync(tree, path, ct);
            await using var written = File.Create(target);
            await content.CopyToAsync(written, ct);
        }
    }
}
