using System.Buffers;
using System.Text.Json;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>The Open Inference Protocol v2 over REST, with tensors as bytes where the server has that extension.</summary>
internal sealed class OipWire(ProxySettings settings, string model) : IModelWire
{
    /// <summary>Whether tensors go as bytes, which the server has to know.</summary>
    public bool IsBinary { get; set; }

    public string Path => $"{MetadataPath}/infer";

    public string MetadataPath => settings.ModelVersion is { } version
        ? $"v2/models/{Uri.EscapeDataString(settings.Model ?? model)}/versions/{Uri.EscapeDataString(version)}"
        : $"v2/models/{Uri.EscapeDataString(settings.Model ?? model)}";

    public string HealthPath => "v2/health/ready";

    public int? Write(int rows, IReadOnlyList<HeapInput> inputs, ArrayBufferWriter<byte> body)
    {
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (IsBinary)
            {
                json.WriteStartObject("parameters");
                json.WriteBoolean("binary_data_output", true);
                json.WriteEndObject();
            }

            json.WriteStartArray("inputs");
            foreach (var input in inputs)
                Write(json, input, rows);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (!IsBinary)
            return null;
        var length = body.WrittenCount;
        foreach (var input in inputs)
            input.Write(rows, body);
        return length;
    }

    public IReadOnlyList<AnsweredTensor> Read(ReadOnlyMemory<byte> body, int? jsonLength, IReadOnlyList<TensorPlan> known)
    {
        using var answer = JsonDocument.Parse(body[..(jsonLength ?? body.Length)]);
        var rest = body[(jsonLength ?? body.Length)..];
        var tensors = new List<AnsweredTensor>();
        foreach (var output in answer.RootElement.GetProperty("outputs").EnumerateArray())
        {
            var type = OipTypes.Parse(output.GetProperty("datatype").GetString()!);
            var bytes = new ArrayBufferWriter<byte>();
            if (output.TryGetProperty("data", out var data))
            {
                TensorJson.Read(data, type, bytes);
            }
            else
            {
                var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
                bytes.Write(rest.Span[..size]);
                rest = rest[size..];
            }

            long[] dims = [.. output.GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64())];
            tensors.Add(new AnsweredTensor(output.GetProperty("name").GetString()!, type, dims, bytes.WrittenMemory));
        }

        return tensors;
    }

    private void Write(Utf8JsonWriter json, HeapInput input, int rows)
    {
        var plan = input.Plan;
        json.WriteStartObject();
        json.WriteString("name", plan.Name);
        json.WriteString("datatype", plan.DataType);
        json.WriteStartArray("shape");
        foreach (var (dim, place) in plan.Shape.Select((dim, place) => (dim, place)))
            json.WriteNumberValue(place == 0 && plan.HasRows ? rows : dim);
        json.WriteEndArray();
        if (IsBinary)
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", input.Length(rows));
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartArray("data");
            for (var i = 0; i < input.Count(rows); i++)
                TensorJson.Write(json, input, i);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
