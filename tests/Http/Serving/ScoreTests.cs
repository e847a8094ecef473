using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class ScoreTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string Endpoint = "/endpoints/flights";
    private const string Expected =
        """[{"label":0,"probabilities":[0.75,0.25]},{"label":1,"probabilities":[0.25,0.75]}]""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["distance","carrier","more"],"data":[[100,"AA",1],[900,"UA",2]]}}""")]
    [InlineData("""{"dataframe_split":{"data":[["AA",100],["UA",900]]}}""")]
    [InlineData("""{"dataframe_records":[{"carrier":"AA","distance":100},{"distance":900,"x":[],"carrier":"UA"}]}""")]
    [InlineData("""{"instances":[{"carrier":"AA","distance":100},{"carrier":"UA","distance":900}]}""")]
    [InlineData("""{"instances":[["AA",100],["UA",[900]]],"params":{"x":1}}""")]
    [InlineData("""{"inputs":{"distance":[[100],[900]],"carrier":["AA","UA"]}}""")]
    public async Task Each_form_of_MLflow_is_read(string body)
    {
        Assert.Equal($$"""{"predictions":{{Expected}}}""", await PostAsync("invocations", body, HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("""{"input_data":{"columns":["carrier","distance"],"index":[0,1],"data":[["AA",100],["UA",900]]}}""")]
    [InlineData("""{"input_data":[["AA",100],["UA",900]]}""")]
    [InlineData("""{"input_data":{"carrier":["AA","UA"],"distance":[[100],[900]]}}""")]
    [InlineData("""{"input_data":{"data":[["AA",100],["UA",900]]}}""")]
    public async Task Azure_ML_gets_bare_predictions(string body)
    {
        Assert.Equal(Expected, await PostAsync("score", body, HttpStatusCode.OK));
    }

    [Theory]
    [InlineData("carrier,distance\nAA,100\nUA,900\n")]
    [InlineData("distance,\"carrier\",note\r\n100,AA,\"a \"\"b\"\",\n c\"\r\n\r\n900,UA,\r\n")]
    public async Task Csv_is_read(string csv)
    {
        Assert.Equal($$"""{"predictions":{{Expected}}}""", await PostAsync("invocations", csv, HttpStatusCode.OK, "text/csv"));
    }

    [Theory]
    [InlineData("""{"dataframe_records":[{"carrier":"AA","distance":1},{"carrier":"AA","distance":"far"}]}""", "Column 'distance' (FP32), row 1: 'far' is not a finite number")]
    [InlineData("""{"dataframe_records":[{"carrier":"AA","distance":1},{"distance":1}]}""", "Column 'carrier' (BYTES), row 1 is missing")]
    [InlineData("""{"dataframe_split":{"columns":["carier","distance"],"data":[["AA",1]]}}""", "Column 'carrier' (BYTES) is missing.")]
    [InlineData("""{"dataframe_split":{"columns":["carrier","distance"],"data":[["AA",1],["AA"]]}}""", "Row 1 is not a list of 2")]
    [InlineData("""{"dataframe_split":{"columns":["carrier","carrier"],"data":[]}}""", "given twice")]
    [InlineData("""{"dataframe_records":[{"carrier":"AA","distance":1,"distance":2}]}""", "given twice")]
    [InlineData("""{"instances":[]}""", "no rows")]
    [InlineData("""{"instances":1}""", "not a list of rows")]
    [InlineData("""{"instances":[["AA",[1,2]]]}""", "row 0 is not one value")]
    [InlineData("""{"inputs":{"distance":[1],"carrier":["AA","UA"]}}""", "'carrier' has 2 rows")]
    [InlineData("""{"inputs":{"distance":[1]}}""", "is missing")]
    [InlineData("""{"rows":[]}""", "has none of")]
    [InlineData("""{"instances":[],"inputs":[]}""", "both")]
    [InlineData("""[1]""", "not an object")]
    [InlineData("""{"instances":[["\ud800",1]]}""", "no Unicode text")]
    [InlineData("{", "not JSON")]
    public async Task What_is_wrong_is_named_with_its_column_and_row(string body, string why)
    {
        Assert.Contains(why, Detail(await PostAsync("invocations", body, HttpStatusCode.BadRequest)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("carrier\nAA\n", "Column 'distance' (FP32) is missing")]
    [InlineData("carrier,distance\nAA\n", "Row 0 has 1 cells")]
    [InlineData("carrier,distance\nAA,x1\n", "Column 'distance' (FP32), row 0: 'x1'")]
    [InlineData("carrier,distance\n\"AA,1\n", "quote")]
    [InlineData("carrier,carrier,distance\nAA,AA,1\n", "given twice")]
    [InlineData("", "empty")]
    public async Task Csv_that_is_wrong_is_refused(string csv, string why)
    {
        Assert.Contains(why, Detail(await PostAsync("invocations", csv, HttpStatusCode.BadRequest, "text/csv")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_content_types_are_refused()
    {
        Assert.Contains("application/xml", Detail(await PostAsync("invocations", "<a/>", HttpStatusCode.UnsupportedMediaType, "application/xml")), StringComparison.Ordinal);
        await PostAsync("invocations", """{"instances":[["AA",100]]}""", HttpStatusCode.OK, "Application/JSON");
    }

    [Fact]
    public async Task The_header_of_a_request_is_its_id_and_the_answer_says_who_answered()
    {
        using var named = await AskAsync(("x-request-id", "order-5"), ("x-ms-client-request-id", "c1"));
        using var unnamed = await AskAsync(("x-request-id", "no@id"));

        Assert.Equal(("order-5", "c1", "blue"), (Header(named, "x-request-id"), Header(named, "x-ms-client-request-id"), Header(named, "azureml-model-deployment")));
        Assert.Matches("^[0-9a-f]{32}$", Header(unnamed, "x-request-id"));
        var kept = await server.Client.GetStringAsync("/api/v1/online-endpoints/flights/predictions/order-5.0", Ct);
        Assert.Contains("\"distance\":100", kept, StringComparison.Ordinal);

        static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
    }

    [Fact]
    public async Task A_header_that_cannot_go_back_is_not_the_id_of_its_request()
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 };
        using var client = new HttpClient(handler) { BaseAddress = server.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Endpoint}/score") { Content = ServingServer.Json("""{"input_data":[["AA",100]]}""") };
        request.Headers.TryAddWithoutValidation("x-request-id", "\u00e9");
        request.Headers.TryAddWithoutValidation("x-ms-client-request-id", "\u00e9");

        using var answer = await client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Matches("^[0-9a-f]{32}$", answer.Headers.GetValues("x-request-id").Single());
        Assert.False(answer.Headers.Contains("x-ms-client-request-id"));
    }

    [Theory]
    [InlineData("gzip;q=1.0, deflate;q=0.6, identity;q=0.3", "gzip")]
    [InlineData("gzip;q=0.5, br", "br")]
    [InlineData("deflate, GZIP", "gzip")]
    [InlineData("gzip;q=0, br;q=0", null)]
    [InlineData("identity", null)]
    [InlineData("*", "gzip")]
    public async Task Answers_are_packed_as_the_client_likes_best(string accepted, string? packed)
    {
        var rows = string.Join(',', Enumerable.Repeat("""["AA",100]""", 500));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Endpoint}/score") { Content = ServingServer.Json($$"""{"input_data":[{{rows}}]}""") };
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);

        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal((HttpStatusCode.OK, packed), (answer.StatusCode, answer.Content.Headers.ContentEncoding.SingleOrDefault()));
    }

    [Fact]
    public async Task Probes_answer_and_the_document_describes_the_model()
    {
        Assert.Equal("\n", await server.Client.GetStringAsync($"{Endpoint}/ping", Ct));
        Assert.Equal("\n", await server.Client.GetStringAsync($"{Endpoint}/health", Ct));
        Assert.NotEmpty(await server.Client.GetStringAsync($"{Endpoint}/version", Ct));
        await Golden.MatchAsync(await server.Client.GetStringAsync($"{Endpoint}/swagger.json", Ct), "swagger.json");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("GZIP")]
    public async Task Bodies_are_read_packed_and_answered_packed(string encoding)
    {
        var rows = string.Join(',', Enumerable.Repeat("""["AA",100]""", 500));
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" or "GZIP" => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionMode.Compress, leaveOpen: true),
            _ => new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true),
        })
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"instances":[{{rows}}]}"""), Ct);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Endpoint}/invocations") { Content = new ByteArrayContent(packed.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add(encoding);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var response = await server.Client.SendAsync(request, Ct);
        using var answer = new GZipStream(await response.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal(500, (await JsonNode.ParseAsync(answer, cancellationToken: Ct))!["predictions"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_body_that_grows_beyond_the_limit_when_unpacked_is_refused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[80 * 1024 * 1024], Ct);
        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await server.Client.PostAsync($"{Endpoint}/invocations", content, Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    private async Task<HttpResponseMessage> AskAsync(params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Endpoint}/score") { Content = ServingServer.Json("""{"input_data":[["AA",100]]}""") };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await server.Client.SendAsync(request, Ct);
    }

    private async Task<string> PostAsync(string path, string body, HttpStatusCode status, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var response = await server.Client.PostAsync($"{Endpoint}/{path}", content, Ct);
        var answer = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == status, answer);
        return answer;
    }

    private static string Detail(string problem) => JsonNode.Parse(problem)!["detail"]!.GetValue<string>();
}
