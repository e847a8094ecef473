using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server with the endpoint "flights", whose rollouts the tests judge when they want to.</summary>
public abstract class RolloutServer : IAsyncLifetime
{
    // The timer looks once an hour; the tests look when they want to.
    protected const string Shadowed =
        """
        type: rollout
        name: NAME
        endpoint: flights
        candidate: CANDIDATE
        interval: 1h
        criteria:
          error_rate: {maximum: 0.2}
          disagreement: {maximum: 0.2, tolerance: 0.1}
        steps:
        - shadow: 100
          minimum_samples: 150
        - traffic: 50
          minimum_samples: 40
        - traffic: 100
          minimum_samples: 80
        """;

    protected static readonly string Unshadowed = Shadowed
        .Replace("- shadow: 100\n  minimum_samples: 150\n", "", StringComparison.Ordinal)
        .Replace("  disagreement: {maximum: 0.2, tolerance: 0.1}\n", "", StringComparison.Ordinal);

    private int _asked;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected ServingServer Server { get; } = new();

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<JsonNode> CreateAsync(string name, string candidate, string yaml = Shadowed)
    {
        using var response = await Server.Client.PostAsync("/api/v1/rollouts", Body(name, candidate, yaml), Ct);
        return await ReadAsync(response);
    }

    protected async Task<JsonNode> PostAsync(string rollout, string verb, string body = "{}")
    {
        using var response = await Server.Client.PostAsync($"/api/v1/rollouts/{rollout}/{verb}", ServingServer.Json(body), Ct);
        return await ReadAsync(response);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    protected static JsonContent Body(string name, string candidate, string yaml) => JsonContent.Create(new
    {
        definition = yaml.Replace("NAME", name, StringComparison.Ordinal).Replace("CANDIDATE", candidate, StringComparison.Ordinal),
    });

    protected async Task AskAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            using var response = await Server.AskAsync($"r{_asked++}", i % 2 == 0 ? "AA" : "UA", 900);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    protected async Task AskInVainAsync(int requests, string row)
    {
        for (var i = 0; i < requests; i++)
        {
            using var answer = await Server.Client.PostAsync("/endpoints/flights/score", ServingServer.Json($$"""{"input_data":[{{row}}]}"""), Ct);
        }
    }

    protected async Task<string> EndpointAsync(string field) =>
        (await Server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights", Ct))![field]!.ToJsonString();

    protected static string Status(JsonNode rollout) => rollout["status"]!.ToString();

    protected static IEnumerable<string> Verdicts(JsonNode rollout) => rollout["decisions"]!.AsArray().Select(decision => decision!["verdict"]!.ToString());

    protected static IEnumerable<string> Criteria(JsonNode decision) => decision["findings"]!.AsArray().Select(finding => finding!["criterion"]!.ToString());
}
