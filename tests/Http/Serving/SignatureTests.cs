using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class SignatureTests(SignatureTests.RuledServer ruled) : IClassFixture<SignatureTests.RuledServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"dataframe_records":[{"carrier":"AA"},{"carrier":"UA","distance":900}]}""")]
    [InlineData("""{"dataframe_records":[{"carrier":"AA","distance":null},{"carrier":"UA","distance":900}]}""")]
    [InlineData("""{"dataframe_split":{"columns":["carrier"],"data":[["AA"],["UA"]]}}""")]
    [InlineData("""{"inputs":{"carrier":["AA","UA"]}}""")]
    public async Task What_is_optional_may_be_left_out(string body)
    {
        using var response = await PostAsync("invocations", body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task An_input_that_is_left_out_is_NaN_and_not_what_the_request_before_sent()
    {
        const string Full = """{"dataframe_records":[{"carrier":"AA","distance":900}]}""";
        const string Missing = """{"dataframe_records":[{"carrier":"AA","distance":null}]}""";
        const string LeftOut = """{"dataframe_split":{"columns":["carrier"],"data":[["AA"]]}}""";

        var answers = new List<string>();
        foreach (var body in new[] { Missing, Full, LeftOut })
        {
            using var response = await PostAsync("invocations", body);
            answers.Add(await response.Content.ReadAsStringAsync(Ct));
        }

        Assert.Equal(answers[0], answers[2]);
    }

    [Theory]
    [InlineData("invocations", """{"dataframe_records":[{"carrier":"AA"},{"carrier":"UB"}]}""")]
    [InlineData("score", """{"input_data":{"columns":["carrier"],"data":[["AA"],["UB"]]}}""")]
    [InlineData("v2/models/ruled/infer", """{"inputs":[{"name":"carrier","shape":[2],"datatype":"BYTES","data":["AA","UB"]}]}""")]
    public async Task A_text_that_is_none_of_the_categories_is_refused_with_its_row(string path, string body)
    {
        using var response = await PostAsync(path, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
        Assert.Contains(
            "Input 'carrier', row 1: 'UB' is none of its categories (AA, UA).",
            (problem["detail"] ?? problem["error"])!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) =>
        ruled.Server.Client.PostAsync($"/endpoints/ruled/{path}", ServingServer.Json(body), Ct);

    /// <summary>A server with a model whose distance is optional and whose carrier is AA or UA.</summary>
    public sealed class RuledServer : IAsyncLifetime
    {
        public ServingServer Server { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await Server.RegisterAsync("ruled", OnnxModels.Classifier().ToByteArray(),
                """
                {"inputs":[{"name":"carrier","datatype":"BYTES","shape":[-1,1],"categories":["AA","UA"]},
                           {"name":"distance","datatype":"FP32","shape":[-1,1],"optional":true}],
                 "outputs":[{"name":"label","datatype":"INT64","shape":[-1],"role":"label"}]}
                """);
            await Server.PutAsync("/api/v1/online-endpoints/ruled", """{"collect":"wait"}""");
            await Server.PutAsync("/api/v1/online-endpoints/ruled/deployments/blue", """{"model":"ruled:1"}""");
            await Server.PutAsync("/api/v1/online-endpoints/ruled/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
