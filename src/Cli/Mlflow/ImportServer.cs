using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Mlflow;

/// <summary>The server that an import goes to.</summary>
internal sealed class ImportServer(SlipwayClient client)
{
    /// <summary>So many traces are linked to a run in one request.</summary>
    public const int MostLinks = 100;

    public async Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken ct) =>
        (await client.PostAsync("api/v1/import/" + path, body, ct) as JsonObject) ?? [];

    public async Task<JsonObject?> FindAsync(string path, CancellationToken ct)
    {
        try
        {
            return (await client.GetAsync(path, ct)).AsObject();
        }
        catch (SlipwayApiException refusal) when (refusal.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<JsonObject?> FindStateAsync(string kind, string id, CancellationToken ct) =>
        FindAsync($"api/v1/import/{kind}/{Uri.EscapeDataString(id)}", ct);

    public async Task SendTraceAsync(string experimentId, JsonObject info, JsonObject? spans, CancellationToken ct)
    {
        if (spans is not null)
        {
            using var body = JsonContent.Create(spans);
            await body.LoadIntoBufferAsync(ct);
            await client.PostTextAsync("v1/traces", body, new Dictionary<string, string> { ["x-mlflow-experiment-id"] = experimentId }, ct);
        }

        // The record comes last: with it the trace counts as complete.
        await client.PostAsync(
            "api/3.0/mlflow/traces", new JsonObject { ["trace"] = new JsonObject { ["trace_info"] = info } }, ct);
    }

    public Task LinkAsync(string run, IReadOnlyList<string> traces, CancellationToken ct) => client.PostAsync(
        "api/2.0/mlflow/traces/link-to-run",
        new JsonObject { ["run_id"] = run, ["trace_ids"] = new JsonArray([.. traces.Select(trace => (JsonNode)trace)]) },
        ct);

    /// <param name="prompts">As name/version.</param>
    public async Task LinkPromptsAsync(string trace, IReadOnlyList<string> prompts, CancellationToken ct)
    {
        foreach (var chunk in prompts.Chunk(MostLinks))
        {
            await client.PostAsync(
                "api/2.0/mlflow/traces/link-prompts",
                new JsonObject { ["trace_id"] = trace, ["prompt_versions"] = new JsonArray([.. chunk.Select(Prompt)]) },
                ct);
        }
    }

    private static JsonObject Prompt(string reference)
    {
        var end = reference.LastIndexOf('/');
        return new JsonObject { ["name"] = reference[..Math.Max(end, 0)], ["version"] = reference[(end + 1)..] };
    }

    /// <summary>The files of a folder that are not there yet: how many there are, and how many bytes were sent.</summary>
    /// <param name="uri">mlflow-artifacts:/….</param>
    /// <param name="here">What is there.</param>
    public async Task<(int Files, int Sent, IReadOnlyList<string> Differing)> UploadAsync(
        string uri, string folder, JsonObject here, bool dryRun, CancellationToken ct)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.EnumerateFiles(folder, "*", options)
            .Select(file => (File: file, Path: Path.GetRelativePath(folder, file).Replace('\\', '/'))).ToList();
        var missing = files.Where(file => !here.ContainsKey(file.Path)).ToList();
        var differing = files.Where(file => here[file.Path] is { } size && (long)size != new FileInfo(file.File).Length)
            .Select(file => file.Path).ToList();
        if (!dryRun)
        {
            var root = uri["mlflow-artifacts:/".Length..].Trim('/');
            await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct }, async (file, token) =>
            {
                await using var stream = File.OpenRead(file.File);
                using var body = new StreamContent(stream);
                var path = string.Join('/', $"{root}/{file.Path}".Split('/').Select(Uri.EscapeDataString));
                await client.PutAsync("api/2.0/mlflow-artifacts/artifacts/" + path, body, token);
            });
        }

        return (files.Count, missing.Count, differing);
    }
}
