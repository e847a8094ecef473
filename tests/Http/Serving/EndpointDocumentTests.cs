using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>/swagger.json, as a validator of OpenAPI sees it that others wrote.</summary>
public sealed class EndpointDocumentTests(ServingServer server) : IClassFixture<ServingServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_of_every_kind_of_model_is_valid()
    {
        await server.RegisterAsync("optional", OnnxModels.Identity(OnnxElementType.Float), """{"inputs":[{"name":"x","type":"FP32","shape":[-1,2],"optional":true}],"outputs":[]}""");
        await server.RegisterAsync("texts", OnnxModels.Identity(OnnxElementType.String), """{"inputs":[{"name":"x","type":"BYTES","shape":[-1,2],"categories":["a","b"]}],"outputs":[]}""");
        await server.RegisterFilesAsync("script", null, ("score.py", "def run(data):\n    return data"));
        foreach (var model in new[] { "optional", "texts", "script" })
            await server.DeployAsync(model, $"{model}:1", model == "script" ? """{"runtime":"python","concurrency":1}""" : "{}");

        var documents = new JsonArray();
        foreach (var endpoint in new[] { "flights", "optional", "texts", "script" })
            documents.Add(JsonNode.Parse(await server.Client.GetStringAsync($"/endpoints/{endpoint}/swagger.json", Ct)));
        documents.Add(JsonNode.Parse(await server.Client.GetStringAsync("/openapi/v1.json", Ct)));
        documents.Add(new JsonObject { ["openapi"] = "3.0.3", ["info"] = new JsonObject { ["title"] = "no version, no paths" } });

        var found = JsonNode.Parse(await ValidateAsync(documents.ToJsonString()))!.AsArray();

        Assert.All(found.Take(5), wrong => Assert.Null(wrong?.ToJsonString()));
        Assert.NotNull(found[5]);
    }

    private static async Task<string> ValidateAsync(string documents)
    {
        using var node = Process.Start(new ProcessStartInfo("node", [Repository.Path("tests/tools/validate-openapi.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await node.StandardInput.WriteAsync(documents.AsMemory(), Ct);
        node.StandardInput.Close();
        var answer = await node.StandardOutput.ReadToEndAsync(Ct);
        await node.WaitForExitAsync(Ct);
        return answer;
    }
}
