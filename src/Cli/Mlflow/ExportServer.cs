using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Mlflow;

/// <summary>The server that an export reads, by MLflow's own interface where that tells all.</summary>
internal sealed class ExportServer(SlipwayClient client)
{
    private const string Mlflow = "api/2.0/mlflow/";
    private const string Mlflow3 = "api/3.0/mlflow/";
    private const int PageSize = 500;

    public IAsyncEnumerable<JsonObject> ExperimentsAsync(CancellationToken ct) =>
        SearchAsync(Mlflow + "experiments/search", "experiments", new JsonObject { ["view_type"] = "ALL" }, ct);

    public IAsyncEnumerable<JsonObject> RunsAsync(string experiment, CancellationToken ct) => SearchAsync(
        Mlflow + "runs/search", "runs", new JsonObject { ["experiment_ids"] = new JsonArray(experiment), ["run_view_type"] = "ALL" }, ct);

    public IAsyncEnumerable<JsonObject> LoggedModelsAsync(string experiment, CancellationToken ct) =>
        SearchAsync(Mlflow + "logged-models/search", "models", new JsonObject { ["experiment_ids"] = new JsonArray(experiment) }, ct, mostPerPage: 50);

    public IAsyncEnumerable<JsonObject> TracesAsync(string experiment, CancellationToken ct) => SearchAsync(
        Mlflow3 + "traces/search",
        "traces",
        new JsonObject
        {
            ["locations"] = new JsonArray(new JsonObject
            {
                ["type"] = "MLFLOW_EXPERIMENT",
                ["mlflow_experiment"] = new JsonObject { ["experiment_id"] = experiment },
            }),
            ["order_by"] = new JsonArray("timestamp_ms ASC"),
        },
        ct);

    /// <summary>The spans of a trace as MLflow's files have them.</summary>
    public async Task<JsonArray> SpansAsync(string trace, CancellationToken ct)
    {
        var file = (await client.GetAsync("ajax-api/3.0/mlflow/get-trace-artifact?request_id=" + Uri.EscapeDataString(trace), ct)).AsObject();
        var spans = file["spans"]!.AsArray();
        file.Remove("spans");
        return spans;
    }

    /// <summary>The links of a trace and the sizes of its artifacts.</summary>
    public async Task<JsonObject> TraceAsync(string trace, CancellationToken ct) =>
        (await client.GetAsync("api/v1/import/traces/" + Uri.EscapeDataString(trace), ct)).AsObject();

    public async Task<IReadOnlyList<JsonObject>> ModelsAsync(CancellationToken ct) =>
    [
        .. await PagesAsync("registered-models/search?max_results=100", "registered_models", ct),

        // Prompts are left out of a search that does not ask for them.
        .. await PagesAsync("registered-models/search?max_results=100&filter=" + Uri.EscapeDataString("tags.`mlflow.prompt.is_prompt` = 'true'"), "registered_models", ct),
    ];

    public Task<IReadOnlyList<JsonObject>> VersionsAsync(string model, CancellationToken ct) => PagesAsync(
        $"model-versions/search?max_results=1000&filter={Uri.EscapeDataString($"name='{model.Replace("'", "\\'", StringComparison.Ordinal)}'")}", "model_versions", ct);

    public async IAsyncEnumerable<SourcePoint> PointsAsync(string run, string key, [EnumeratorCancellation] CancellationToken ct)
    {
        var path = $"api/v1/runs/{Uri.EscapeDataString(run)}/points/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}";
        await foreach (var line in client.GetLinesAsync(path, ct))
        {
            var point = JsonNode.Parse(line)!;
            yield return new SourcePoint(
                ((DateTimeOffset)point["time"]!).ToUnixTimeMilliseconds(),
                (long)point["step"]!,
                point["value"] is JsonValue value && value.TryGetValue<double>(out var number) ? number : double.NaN);
        }
    }

    /// <summary>The artifacts of a run or a logged model; null when they are in a store elsewhere.</summary>
    public async Task<JsonObject?> FilesAsync(string kind, string id, CancellationToken ct) =>
        (await client.GetAsync($"api/v1/import/{kind}/{Uri.EscapeDataString(id)}", ct))["files"] as JsonObject;

    /// <summary>The files of a version in the content store.</summary>
    public async Task<(string Tree, JsonArray Files)> TreeAsync(string model, string version, CancellationToken ct)
    {
        var found = await client.GetAsync($"api/v1/models/{Uri.EscapeDataString(model)}/versions/{Uri.EscapeDataString(version)}", ct);
        var tree = (string)found["tree"]!;
        return (tree, (await client.GetAsync($"api/v1/content/trees/{tree}", ct))["files"]!.AsArray());
    }

    public Task SaveAsync(string tree, string path, string file, CancellationToken ct) => SaveAsync(() => client.Content.OpenAsync(tree, path, ct), file, ct);

    public Task SaveArtifactAsync(string uri, string path, string file, CancellationToken ct)
    {
        var whole = uri["mlflow-artifacts:/".Length..].Trim('/') + "/" + path;
        return SaveAsync(
            () => client.OpenAsync("api/2.0/mlflow-artifacts/artifacts/" + string.Join('/', whole.Split('/').Select(Uri.EscapeDataString)), ct), file, ct);
    }

    // Complete or absent: a file that was broken off is not taken for one that is there.
    private static async Task SaveAsync(Func<Task<Stream>> open, string file, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var part = file + ".part";
        await using (var content = await open())
        await using (var target = File.Create(part))
            await content.CopyToAsync(target, ct);
        File.Move(part, file, overwrite: true);
    }

    private async IAsyncEnumerable<JsonObject> SearchAsync(
        string path, string list, JsonObject body, [EnumeratorCancellation] CancellationToken ct, int mostPerPage = PageSize)
    {
        body["max_results"] = mostPerPage;
        string? token = null;
        do
        {
            if (token is not null)
                body["page_token"] = token;
            var page = await client.PostAsync(path, body.DeepClone(), ct);
            foreach (var item in page?[list] as JsonArray ?? [])
                yield return item!.AsObject();
            token = (string?)page?["next_page_token"];
        }
        while (!string.IsNullOrEmpty(token));
    }

    private async Task<IReadOnlyList<JsonObject>> PagesAsync(string path, string list, CancellationToken ct)
    {
        var items = new List<JsonObject>();
        string? token = null;
        do
        {
            var page = await client.GetAsync(Mlflow + path + (token is null ? "" : "&page_token=" + Uri.EscapeDataString(token)), ct);
            items.AddRange((page[list] as JsonArray ?? []).Select(item => item!.AsObject()));
            token = (string?)page["next_page_token"];
        }
        while (!string.IsNullOrEmpty(token));
        return items;
    }
}
