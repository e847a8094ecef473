using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class OnnxFilesTests(OnnxFilesTests.OnnxServer onnx) : IClassFixture<OnnxFilesTests.OnnxServer>
{
    private const string Config = """
        name: "late"
        platform: "onnxruntime_onnx"  # as Triton calls it
        max_batch_size: 8
        input [
          { name: "x" data_type: TYPE_FP32 dims: [ 3 ] }
        ]
        output { name: "y", data_type: TYPE_FP32, dims: 3 }
        version_policy: { specific { versions: [1, 2] } }
        """;

    private static readonly byte[] s_free = Line("N", "M");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_that_MLflows_flavour_names_is_served_whatever_else_there_is()
    {
        const string mlmodel = """
            flavors:
              onnx: {data: net.onnx, onnx_version: 1.16.0}
            signature:
              inputs: '[{"type":"datetime","name":"when"}]'
            """;

        var answer = await ServeAsync("flavour", ("model/MLmodel", Encoding.UTF8.GetBytes(mlmodel)), ("model/net.onnx", Line("N", 3)), ("model/model.onnx", [1, 2]));

        Assert.Equal("[1,2,3]", answer);
    }

    [Fact]
    public async Task Of_Tritons_layout_the_latest_version_that_is_allowed_is_served_in_the_shape_of_its_configuration()
    {
        var answer = await ServeAsync("triton", ("late/config.pbtxt", Encoding.UTF8.GetBytes(Config)), ("late/1/model.onnx", [1]), ("late/2/model.onnx", s_free), ("late/3/model.onnx", [3]));

        Assert.Equal("[1,2,3]", answer);
        var shown = await onnx.Server.Client.GetFromJsonAsync<JsonNode>("/endpoints/triton/v2/models/triton", Ct);
        Assert.Equal("[-1,3]", shown!["inputs"]![0]!["shape"]!.ToJsonString());
    }

    [Fact]
    public async Task A_sequence_among_the_outputs_is_refused_by_its_name_when_it_is_deployed()
    {
        await onnx.Server.RegisterFilesAsync("sequence", null, ("model.onnx", OnnxModels.Sequence()));
        await onnx.Server.PutAsync("/api/v1/online-endpoints/sequence", "{}");
        using var refused = await DeployAsync("sequence", "blue", "sequence:1");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var told = await refused.Content.ReadFromJsonAsync<JsonNode>(Ct);
        Assert.StartsWith("Output 'all' is seq(float); only tensors", told!["detail"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_in_a_file_beside_the_model_are_found()
    {
        var weights = new TensorProto { Name = "w", DataType = (int)OnnxElementType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        weights.Dims.Add(3);
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
        var model = OnnxModels.Model(
            [OnnxModels.Tensor("x", OnnxElementType.Float, "N", 3)], [OnnxModels.Tensor("y", OnnxElementType.Float, "N", 3)], OnnxModels.Node("Add", ["x", "w"], ["y"]));
        model.Graph.Initializer.Add(weights);

        var answer = await ServeAsync("weights", ("model.onnx", model.ToByteArray()), ("weights.bin", MemoryMarshal.AsBytes<float>([10, 20, 30]).ToArray()));

        Assert.Equal("[11,22,33]", answer);
    }

    [Theory]
    [InlineData("platform: \"onnxruntime_onnx\"", "backend: \"pytorch\"", "the model's backend is 'pytorch'")]
    [InlineData("name: \"x\"", "name: \"z\"", "has the input 'z', which the ONNX file does not; it has x")]
    [InlineData("data_type: TYPE_FP32 dims: [ 3 ]", "data_type: TYPE_INT64 dims: [ 3 ]", "says that 'x' is INT64 [-1,3]; in the ONNX file it is float[N,M]")]
    [InlineData("data_type: TYPE_FP32 dims: [ 3 ]", "data_type: TYPE_ODD dims: [ 3 ]", "no datatype 'ODD'")]
    [InlineData("versions: [1, 2]", "versions: [7]", "or another number of 7")]
    [InlineData("version_policy: {", "version_policy: [", "config.pbtxt, line 8: ',' or ']' is missing")]
    [InlineData("\"late\"", "\"late", "config.pbtxt, line 1: a text without its end")]
    public async Task What_Tritons_configuration_says_wrong_is_told(string right, string wrong, string words)
    {
        await onnx.Server.RegisterFilesAsync(
            "wrong", null, ("config.pbtxt", Encoding.UTF8.GetBytes(Config.Replace(right, wrong, StringComparison.Ordinal))), ("1/model.onnx", s_free));

        using var response = await DeployAsync("flights", "other", "wrong@latest");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(words, (string)(await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_refused_and_a_deployment_that_cannot_be_loaded_anew_goes_on_as_it_was()
    {
        await onnx.Server.RegisterFilesAsync("cut", null, ("deep/model.onnx", OnnxModels.Classifier().ToByteArray()[..200]));

        using var refused = await DeployAsync("flights", "cut", "cut:1");
        using var unchanged = await onnx.Server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/blue", ServingServer.Json("""{"model":"late:1","settings":{"runtime":"python"}}"""), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.StartsWith("'deep/model.onnx' is not an ONNX model", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>(Ct))!["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, unchanged.StatusCode);
        var blue = await onnx.Server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights/deployments/blue", Ct);
        Assert.Equal(("Succeeded", "onnx"), ((string?)blue!["state"], (string?)blue["settings"]!["runtime"]));
        using var answer = await onnx.Server.AskAsync("still", "AA", 1200);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static byte[] Line(params object[] dims) => OnnxModels.Model(
        [OnnxModels.Tensor("x", OnnxElementType.Float, dims)], [OnnxModels.Tensor("y", OnnxElementType.Float, dims)], OnnxModels.Node("Identity", ["x"], ["y"])).ToByteArray();

    private async Task<string> ServeAsync(string model, params (string Path, byte[] Bytes)[] files)
    {
        await onnx.Server.RegisterFilesAsync(model, null, files);
        await onnx.Server.DeployAsync(model, $"{model}:1", "{}");
        using var response = await onnx.Server.InferAsync(
            """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", $"/endpoints/{model}/v2/models/{model}/infer");
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!["outputs"]![0]!["data"]!.ToJsonString();
    }

    private Task<HttpResponseMessage> DeployAsync(string endpoint, string name, string model) => onnx.Server.Client.PutAsync(
        $"/api/v1/online-endpoints/{endpoint}/deployments/{name}", ServingServer.Json($$"""{"model":"{{model}}"}"""), Ct);

    public sealed class OnnxServer : IAsyncLifetime
    {
        public ServingServer Server { get; } = new();

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
