using System.Text.Json.Nodes;

namespace Slipway.Http.Registry;

/// <summary>What tests of the registry as MLflow's clients speak to it have in common.</summary>
public abstract class RegistryWire(RegistryServer server)
{
    private protected RegistryServer Server => server;

    private protected static IEnumerable<string> Values(JsonNode? list, string key) => list is null ? [] : list.AsArray().Select(item => (string)item![key]!);

    private protected async Task<string> MakeVersionAsync(string name, string source = "s3://bucket/model")
    {
        await Server.SendAsync("POST", "registered-models/create", $$"""{"name": "{{name}}"}""");
        var made = await Server.CallAsync("POST", "model-versions/create", $$"""{"name": "{{name}}", "source": "{{source}}"}""");
        return (string)made["model_version"]!["version"]!;
    }

    private protected async Task<IEnumerable<string>> FindAsync(string filter, string rest = "") =>
        Values((await Server.CallAsync("GET", $"model-versions/search?filter={Uri.EscapeDataString(filter)}{rest}"))["model_versions"], "version");
}
