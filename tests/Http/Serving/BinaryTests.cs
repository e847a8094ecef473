using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class BinaryTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string LengthHeader = "Inference-Header-Content-Length";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tensors_go_and_come_as_bytes()
    {
        var carriers = Texts("AA", "UA");
        var distances = MemoryMarshal.AsBytes<float>(new float[] { 100, 900 }).ToArray();
        using var response = await PostAsync(
            $$"""
              {"id":"b","parameters":{"binary_data_output":true},"inputs":[
                {"name":"carrier","shape":[2,1],"datatype":"BYTES","parameters":{"binary_data_size":{{carriers.Length}} } },
                {"name":"distance","shape":[2,1],"datatype":"FP32","parameters":{"binary_data_size":8} }]}
              """,
            [.. carriers, .. distances]);
        var (json, binary) = await ReadAsync(response);

        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            """[{"name":"label","datatype":"INT64","shape":[2],"parameters":{"binary_data_size":16}},{"name":"probabilities","datatype":"FP32","shape":[2,2],"parameters":{"binary_data_size":16}}]""",
            json["outputs"]!.ToJsonString());
        Assert.Equal([0L, 1L], MemoryMarshal.Cast<byte, long>(binary.AsSpan(0, 16)).ToArray());
        Assert.Equal([0.75f, 0.25f, 0.25f, 0.75f], MemoryMarshal.Cast<byte, float>(binary.AsSpan(16)).ToArray());
    }

    [Fact]
    public async Task Each_input_and_output_chooses_for_itself()
    {
        using var response = await PostAsync(
            """
            {"inputs":[{"name":"distance","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}},
                       {"name":"carrier","shape":[1],"datatype":"BYTES","data":["AA"]}],
             "outputs":[{"name":"label"},{"name":"probabilities","parameters":{"binary_data":true}}]}
            """,
            MemoryMarshal.AsBytes<float>(new float[] { 100 }).ToArray());
        var (json, binary) = await ReadAsync(response);

        Assert.Equal("[0]", json["outputs"]![0]!["data"]!.ToJsonString());
        Assert.Equal([0.75f, 0.25f], MemoryMarshal.Cast<byte, float>(binary).ToArray());
    }

    [Fact]
    public async Task Classes_of_an_output_come_as_texts_also_as_bytes()
    {
        const string Inputs = """{"inputs":[{"name":"carrier","shape":[2],"datatype":"BYTES","data":["AA","UA"]},{"name":"distance","shape":[2],"datatype":"FP32","data":[100,900]}],"outputs":""";
        using var texts = await PostAsync(Inputs + """[{"name":"label"},{"name":"probabilities","parameters":{"classification":2}}]}""", []);
        using var bytes = await PostAsync(Inputs + """[{"name":"probabilities","parameters":{"classification":1,"binary_data":true}}]}""", []);
        using var wrong = await PostAsync(Inputs + """[{"name":"probabilities","parameters":{"classification":-1}}]}""", []);
        var (json, binary) = await ReadAsync(bytes);

        Assert.Contains(
            """{"name":"probabilities","datatype":"BYTES","shape":[2,2],"data":["0.750000:0","0.250000:1","0.750000:1","0.250000:0"]}""",
            await texts.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("""[{"name":"probabilities","datatype":"BYTES","shape":[2,1],"parameters":{"binary_data_size":28}}]""", json["outputs"]!.ToJsonString());
        Assert.Equal(Texts("0.750000:0", "0.750000:1"), binary);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Theory]
    [InlineData("""{"binary_data_size":3}""", "000000", "its 1 elements are 4")]
    [InlineData("""{"binary_data_size":4}""", "000000", "3 are left")]
    [InlineData("""{"binary_data_size":2147483647}""", "00000000", "4 are left")]
    [InlineData("""{"binary_data_size":-1}""", "00000000", "no whole number")]
    [InlineData("""{"binary_data_size":4}""", "0000000000", "belong to no input")]
    public async Task Bytes_that_do_not_fit_are_refused(string parameters, string hex, string why)
    {
        using var response = await PostAsync(
            $$"""
              {"inputs":[{"name":"carrier","shape":[1],"datatype":"BYTES","data":["AA"]},
                         {"name":"distance","shape":[1],"datatype":"FP32","parameters":{{parameters}} }]}
              """,
            Convert.FromHexString(hex));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(why, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("05000000414141", "ends in element 0")]
    [InlineData("FFFFFFFF41", "ends in element 0")]
    [InlineData("01000000FF", "not UTF-8")]
    [InlineData("0000000041", "after its 1 elements")]
    public async Task Texts_that_are_broken_are_refused(string hex, string why)
    {
        var texts = Convert.FromHexString(hex);
        using var response = await PostAsync(
            $$"""
              {"inputs":[{"name":"distance","shape":[1],"datatype":"FP32","data":[1]},
                         {"name":"carrier","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":{{texts.Length}} } }]}
              """,
            texts);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(why, await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_length_beyond_the_body_is_refused()
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.Add(LengthHeader, "2000000000");
        using var response = await server.Client.PostAsync("/endpoints/flights/v2/models/late/infer", content, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    internal static byte[] Texts(params string[] texts)
    {
        var bytes = new List<byte>();
        foreach (var text in texts.Select(Encoding.UTF8.GetBytes))
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            bytes.AddRange(length);
            bytes.AddRange(text);
        }

        return [.. bytes];
    }

    private Task<HttpResponseMessage> PostAsync(string json, byte[] binary)
    {
        var head = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. head, .. binary]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(LengthHeader, head.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return server.Client.PostAsync("/endpoints/flights/v2/models/late/infer", content, Ct);
    }

    private static async Task<(JsonNode Json, byte[] Binary)> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        var length = int.Parse(response.Headers.GetValues(LengthHeader).Single(), System.Globalization.CultureInfo.InvariantCulture);
        return (JsonNode.Parse(body.AsSpan(0, length))!, body[length..]);
    }
}
