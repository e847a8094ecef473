using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Numbers in sixteen bits, through every runtime. 1.00390625 lies between two of bfloat16 and becomes the even one, 1.</summary>
[Collection(ProxyServers.Shared)]
public sealed class HalfFloatTests(ProxyServers servers)
{
    private const string Body = """{"id":"ID","inputs":[{"name":"x","shape":[2,2],"datatype":"TYPE","data":[0.5,-2,1.00390625,null]}]}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServingServer Server => servers.Server;

    [Theory]
    [InlineData("fp16", "FP16", "[0.5,-2,1.0039062,null]")]
    [InlineData("bf16", "BF16", "[0.5,-2,1,null]")]
    public async Task A_server_elsewhere_gets_and_answers_them_as_bytes_in_JSON_and_over_gRPC(string model, string type, string expected)
    {
        await Server.DeployAsync($"bytes-{model}", $"{model}:1", $$$"""{"runtime":"proxy","proxy":{"url":"{{{Server.Client.BaseAddress}}}endpoints/{{{model}}}" } }""");
        await Server.DeployAsync(
            $"grpc-{model}", $"{model}:1", $$$"""{"runtime":"proxy","proxy":{"protocol":"grpc","headers":{"slipway-endpoint":"{{{model}}}"},"url":"{{{Server.GrpcUrl}}}" } }""");

        Assert.Equal(expected, await AskAsync(model, model, type));
        Assert.Equal(expected, await AskAsync($"bytes-{model}", model, type));
        Assert.Equal(expected, await AskAsync($"grpc-{model}", model, type));
    }

    [Theory]
    [InlineData("python-fp16", "FP16", "[1,-4,2.0078125,null]")]
    [InlineData("python-bf16", "BF16", "[1,-4,2,null]")]
    public async Task Workers_of_Python_get_them_as_numbers(string model, string type, string expected)
    {
        await Server.RegisterFilesAsync(
            model,
            $$"""{"inputs":[{"name":"x","datatype":"{{type}}","shape":[-1,2]}],"outputs":[]}""",
            ("score.py",
            """
            import json
            def run(raw_data):
                return [[value * 2 for value in row[0]] for row in json.loads(raw_data)["input_data"]["data"]]
            """));
        await Server.DeployAsync(model, $"{model}:1", """{"runtime":"python","concurrency":1}""");

        Assert.Equal(expected, await AskAsync(model, model, type));
    }

    [Theory]
    [InlineData("fp16", "FP16", "1.0039062")]
    [InlineData("bf16", "BF16", "1")]
    public async Task Scores_of_classifiers_are_ranked_and_kept_in_them(string model, string type, string kept)
    {
        using var response = await Server.InferAsync(
            Body.Replace("TYPE", type, StringComparison.Ordinal).Replace("ID", $"ranked-{model}", StringComparison.Ordinal).Replace("null", "3", StringComparison.Ordinal)[..^1]
                + ""","outputs":[{"name":"y","parameters":{"classification":1}}]}""",
            $"/endpoints/{model}/v2/models/{model}/infer");
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>(Ct);
        var collected = await Server.Client.GetFromJsonAsync<JsonNode>($"/api/v1/online-endpoints/{model}/predictions/ranked-{model}.1", Ct);

        Assert.True(response.IsSuccessStatusCode, answer!.ToJsonString());
        Assert.Equal("""["0.500000:0","3.000000:1"]""", answer["outputs"]![0]!["data"]!.ToJsonString());
        Assert.Equal(float.Parse(kept, System.Globalization.CultureInfo.InvariantCulture), (float)collected!["outputs"]!["y_0"]!);
    }

    private async Task<string> AskAsync(string endpoint, string model, string type)
    {
        using var response = await Server.InferAsync(
            Body.Replace("TYPE", type, StringComparison.Ordinal).Replace("ID", endpoint, StringComparison.Ordinal), $"/endpoints/{endpoint}/v2/models/{model}/infer");
        var answer = await response.Content.ReadFromJsonAsync<JsonNode>(Ct);
        Assert.True(response.IsSuccessStatusCode, answer!.ToJsonString());
        return answer["outputs"]![0]!["data"]!.ToJsonString();
    }
}
