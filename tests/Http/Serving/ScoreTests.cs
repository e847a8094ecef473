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
        Assert.Contains("application/xml", Detail(await PostAsync("invocations", "<a/>", HttpStatusCode.BadRequest, "application/xml")), StringComparison.Ordinal);
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
    public async Task Bodies_are_read_packed_and_answered_packed(string encoding)
    {
        var rows = string.Join(',', Enumerable.Repeat("""["AA",100]""", 500));
        using var packed = new MemoryStream();
        using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Compress, leaveOpen: true),
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
