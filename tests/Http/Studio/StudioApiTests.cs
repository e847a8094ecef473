using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Http.Lake;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Studio;

/// <summary>The document that the Studio's client is generated from; UPDATE_GOLDEN=1 takes the server's over.</summary>
public sealed class StudioApiTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static readonly JsonSerializerOptions s_written = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_studio_is_built_against_the_interface_that_the_server_has()
    {
        var document = (await server.GetAsync("/openapi/v1.json")).AsObject();

        // Where the server happened to listen, and how MLflow's own clients talk to it, is of no use there.
        document.Remove("servers");
        document.Remove("tags");
        var paths = document["paths"]!.AsObject();
        foreach (var path in paths.Select(path => path.Key).Where(path => !path.StartsWith("/api/v1/", StringComparison.Ordinal)).ToList())
            paths.Remove(path);

        var file = Repository.Path("src/Studio/openapi.json");
        var actual = document.ToJsonString(s_written) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(file, actual, Ct);
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file, Ct)), document),
            "src/Studio/openapi.json is not what the server says of itself; take it over with UPDATE_GOLDEN=1 ./test http -- -class \"*StudioApiTests\".");
    }
}
