using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>Declares the endpoint, the monitor and the retraining policy of the example; doing it again changes nothing.</summary>
internal static class DemoSetup
{
    public static async Task RunAsync(SlipwayClient client, DemoJobs jobs, CancellationToken ct)
    {
        // "wait": the example loses no answer; a production endpoint would rather drop rows than be slow.
        await client.Endpoints.CreateAsync(DemoPlayer.Endpoint, collect: "wait", ct);

        // By its key a request goes to the same deployment in each run: were it drawn, a canary's weeks would end differently each time.
        await client.PutAsync(
            $"api/v1/online-endpoints/{DemoPlayer.Endpoint}/settings", new JsonObject { ["affinity_header"] = Traffic.KeyHeader }, ct);
        using var monitor = new StringContent(await ReadAsync("monitor.yml", ct), new MediaTypeHeaderValue("application/yaml"));
        await client.PostAsync("api/v1/monitors", monitor, ct);

        var (yaml, files) = await jobs.UploadAsync("train.yml", ct);
        await client.PostAsync(
            "api/v1/retraining",
            new JsonObject
            {
                ["definition"] = await ReadAsync("retraining.yml", ct),
                ["job"] = new JsonObject
                {
                    ["yaml"] = yaml,
                    ["source"] = "train.yml",
                    ["files"] = new JsonObject(files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
                },
            },
            ct);
    }

    private static Task<string> ReadAsync(string file, CancellationToken ct) =>
        File.ReadAllTextAsync(Path.Combine(ExampleFiles.Flights, file), ct);
}
