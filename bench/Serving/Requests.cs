using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Slipway.Serving.Protocol.Grpc.Proto;

namespace Slipway.Bench.Serving;

/// <summary>Requests for the tree model, in the three forms of the protocol.</summary>
internal static class Requests
{
    private const int Numbers = 6;

    public static byte[] Json(int rows, string path)
    {
        var random = new Random(5);
        var body = new StringBuilder("{\"inputs\":[");
        foreach (var column in new[] { "origin", "destination" })
        {
            body.Append(CultureInfo.InvariantCulture, $"{{\"name\":\"{column}\",\"shape\":[{rows},1],\"datatype\":\"BYTES\",\"data\":[")
                .AppendJoin(',', Texts(random, rows).Select(text => $"\"{text}\"")).Append("]},");
        }

        body.Append(CultureInfo.InvariantCulture, $"{{\"name\":\"numbers\",\"shape\":[{rows},6],\"datatype\":\"FP32\",\"data\":[")
            .AppendJoin(',', Floats(random, rows).Select(number => number.ToString("0.####", CultureInfo.InvariantCulture))).Append("]}]}");
        return Http(path, "", Encoding.UTF8.GetBytes(body.ToString()));
    }

    public static byte[] Binary(int rows, string path)
    {
        var random = new Random(5);
        byte[][] parts = [Raw(Texts(random, rows)), Raw(Texts(random, rows)), MemoryMarshal.AsBytes(Floats(random, rows).AsSpan()).ToArray()];
        string Input(string name, string type, int width, int part) =>
            $$$"""{"name":"{{{name}}}","shape":[{{{rows}}},{{{width}}}],"datatype":"{{{type}}}","parameters":{"binary_data_size":{{{parts[part].Length}}}}}""";
        var head = $$"""{"parameters":{"binary_data_output":true},"inputs":[{{Input("origin", "BYTES", 1, 0)}},{{Input("destination", "BYTES", 1, 1)}},{{Input("numbers", "FP32", Numbers, 2)}}]}""";
        var json = Encoding.UTF8.GetBytes(head);
        return Http(path, $"Inference-Header-Content-Length: {json.Length}\r\n", [.. json, .. parts.SelectMany(part => part)]);
    }

    /// <summary>A framed message.</summary>
    public static byte[] Grpc(int rows, string model)
    {
        var random = new Random(5);
        var request = new ModelInferRequest { ModelName = model };
        foreach (var (name, type, width) in new[] { ("origin", "BYTES", 1), ("destination", "BYTES", 1), ("numbers", "FP32", Numbers) })
        {
            request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = type, Shape = { rows, width } });
            request.RawInputContents.Add(ByteString.CopyFrom(
                type == "BYTES" ? Raw(Texts(random, rows)) : MemoryMarshal.AsBytes(Floats(random, rows).AsSpan())));
        }

        var message = request.ToByteArray();
        var frame = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Http(string path, string headers, byte[] body) =>
    [
        .. Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    private static string[] Texts(Random random, int rows) =>
        [.. Enumerable.Range(0, rows).Select(_ => TreeModel.Texts[random.Next(TreeModel.Texts.Length)])];

    private static float[] Floats(Random random, int rows) => [.. Enumerable.Range(0, rows * Numbers).Select(_ => random.NextSingle())];

    private static byte[] Raw(string[] texts)
    {
        var raw = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            raw.Write(length);
            raw.Write(Encoding.UTF8.GetBytes(text));
        }

        return raw.ToArray();
    }
}
