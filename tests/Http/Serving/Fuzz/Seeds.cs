using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Http.Serving.Fuzz;

/// <summary>Good requests of each protocol, from which the fuzzer goes on.</summary>
internal static class Seeds
{
    private const string Infer = "/endpoints/flights/v2/models/late/infer";

    public static IReadOnlyList<WireRequest> Oip { get; } =
    [
        Json(Infer, """{"id":"1","parameters":{"event_time":"2001-01-31T08:00:00Z"},"inputs":[{"name":"carrier","shape":[2,1],"datatype":"BYTES","data":["AA","U\u0041"]},{"name":"distance","shape":[2,1],"datatype":"FP32","data":[100,9e2]}],"outputs":[{"name":"label"},{"name":"probabilities","parameters":{"binary_data":false}}]}"""),
        Json(Infer, """{"inputs":[{"datatype":"FP32","data":[[100],[null]],"shape":[2,1],"name":"distance"},{"name":"carrier","datatype":"BYTES","shape":[2],"data":["AA","DL"]}]}"""),
        Json("/endpoints/flights/v2/models/late/versions/1/infer", """{"inputs":[{"name":"carrier","shape":[1],"datatype":"BYTES","data":["AA"]},{"name":"distance","shape":[1],"datatype":"FP32","data":[-0.0]}],"outputs":[]}"""),
    ];

    public static IReadOnlyList<WireRequest> Binary { get; } =
    [
        Json(Infer, """{"parameters":{"binary_data_output":true},"inputs":[{"name":"carrier","shape":[2,1],"datatype":"BYTES","parameters":{"binary_data_size":12}},{"name":"distance","shape":[2,1],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""") with
        {
            Tail = [2, 0, 0, 0, .. "AA"u8, 2, 0, 0, 0, .. "UA"u8, .. MemoryMarshal.AsBytes<float>(new float[] { 100, 900 })],
        },
        Json(Infer, """{"inputs":[{"name":"carrier","shape":[1],"datatype":"BYTES","data":["AA"]},{"name":"distance","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}],"outputs":[{"name":"label","parameters":{"binary_data":true}}]}""") with
        {
            Tail = [.. MemoryMarshal.AsBytes<float>(new float[] { 100 })],
        },
    ];

    public static IReadOnlyList<WireRequest> Mlflow { get; } =
    [
        Json("/endpoints/flights/invocations", """{"dataframe_split":{"index":[0,1],"columns":["carrier","distance"],"data":[["AA",100],["UA",null]]}}"""),
        Json("/endpoints/flights/invocations", """{"dataframe_records":[{"carrier":"AA","distance":100},{"carrier":"UA","distance":9e2}]}"""),
        Json("/endpoints/flights/invocations", """{"instances":[{"carrier":"AA","distance":100}]}"""),
        Json("/endpoints/flights/invocations", """{"inputs":{"carrier":["AA","UA"],"distance":[100,900]},"params":{"x":1}}"""),
        Csv("carrier,distance,\"other \"\"one\"\"\"\nAA,100,1\n\"UA\",900,\"2\n3\"\n"),
    ];

    public static IReadOnlyList<WireRequest> Azure { get; } =
    [
        Json("/endpoints/flights/score", """{"input_data":{"columns":["carrier","distance"],"index":[1],"data":[["AA",100]]}}"""),
        Json("/endpoints/flights/score", """{"input_data":[{"carrier":"AA","distance":100}]}"""),
        Json("/endpoints/flights/score", """{"input_data":[["AA",100],["UA",900]],"params":{}}"""),
    ];

    public static IReadOnlyList<WireRequest> Beside { get; } =
    [
        Json("/endpoints/flights/v2/repository/index", """{"ready":true}"""),
        Json("/endpoints/flights/v2/repository/models/late/load", "{}"),
        Json("/endpoints/flights/v2/repository/models/late/unload", """{"parameters":{"unload_dependents":true}}"""),
        .. new[]
        {
            "/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/late", "/v2/models/late/ready", "/v2/models/late/versions/2",
            "/v2/models/late/versions/2/ready", "/v2/models/stats", "/v2/models/late/stats", "/v2/models/late/versions/1/stats", "/ping",
            "/health", "/version", "/swagger.json",
        }.Select(path => new WireRequest("GET", "/endpoints/flights" + path)),
    ];

    public static IReadOnlyList<(string Method, byte[] Message)> Grpc { get; } =
    [
        ("ModelInfer", [
            .. Field(1, "late"), .. Field(3, "raw"), .. Tensor("carrier", "BYTES", []), .. Tensor("distance", "FP32", []),
            .. Field(7, [2, 0, 0, 0, .. "AA"u8]), .. Field(7, [0, 0, 0xc8, 0x42])]),
        ("ModelInfer", [
            .. Field(1, "late"), .. Field(2, "1"), .. Field(4, [.. Field(1, "event_time"), .. Field(2, Field(3, "2001-01-31T08:00:00Z"))]),
            .. Tensor("carrier", "BYTES", Field(8, "AA")), .. Tensor("distance", "FP32", Field(6, [0, 0, 0xc8, 0x42])), .. Field(6, Field(1, "label"))]),
        ("ModelStreamInfer", [.. Field(1, "late"), .. Tensor("carrier", "BYTES", Field(8, "AA")), .. Tensor("distance", "FP32", Field(6, [0, 0, 0xc8, 0x42]))]),
        ("ModelMetadata", [.. Field(1, "late"), .. Field(2, "1")]),
        ("ModelReady", Field(1, "late")),
        ("ModelStatistics", Field(1, "late")),
        ("RepositoryIndex", [16, 1]),
        ("RepositoryModelUnload", Field(2, "late")),
        ("ServerLive", []),
        ("ServerMetadata", []),
        ("Nothing", []),
    ];

    // A tensor of one row; its contents are left out where they are none.
    private static byte[] Tensor(string name, string type, byte[] contents) =>
        Field(5, [.. Field(1, name), .. Field(2, type), .. Field(3, [1, 1]), .. contents.Length > 0 ? Field(5, contents) : []]);

    private static byte[] Field(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] bytes) => [(byte)((field << 3) | 2), (byte)bytes.Length, .. bytes];

    private static WireRequest Json(string path, string body) =>
        new("POST", path) { Headers = [("Content-Type", "application/json")], Body = Encoding.UTF8.GetBytes(body) };

    private static WireRequest Csv(string body) =>
        new("POST", "/endpoints/flights/invocations") { Headers = [("Content-Type", "text/csv")], Body = Encoding.UTF8.GetBytes(body) };
}
