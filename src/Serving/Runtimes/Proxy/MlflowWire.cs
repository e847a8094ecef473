using System.Buffers;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>MLflow's scoring server: a table in, predictions out. It does not say what the model takes, so that the version's signature has to.</summary>
internal sealed class MlflowWire : IModelWire
{
    public string Path => "invocations";

    public string? MetadataPath => null;

    public string HealthPath => "ping";

    public int? Write(int rows, IReadOnlyList<HeapInput> inputs, ArrayBufferWriter<byte> body)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        if (inputs.All(input => input.Plan.RowLength == 1))
            WriteTable(json, rows, inputs);
        else
            WriteTensors(json, rows, inputs);
        json.WriteEndObject();
        return null;
    }

    public IReadOnlyList<AnsweredTensor> Read(ReadOnlyMemory<byte> body, int? jsonLength, IReadOnlyList<TensorPlan> known)
    {
        using var answer = JsonDocument.Parse(body);
        return [.. Columns(answer.RootElement.GetProperty("predictions")).Select(column => Tensor(column.Name, column.Values, known))];
    }

    private static void WriteTable(Utf8JsonWriter json, int rows, IReadOnlyList<HeapInput> inputs)
    {
        json.WriteStartObject("dataframe_split");
        json.WriteStartArray("columns");
        foreach (var input in inputs)
            json.WriteStringValue(input.Plan.Name);
        json.WriteEndArray();
        json.WriteStartArray("data");
        for (var row = 0; row < rows; row++)
        {
            json.WriteStartArray();
            foreach (var input in inputs)
                TensorJson.Write(json, input, row);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, int rows, IReadOnlyList<HeapInput> inputs)
    {
        json.WriteStartObject("inputs");
        foreach (var input in inputs)
        {
            json.WritePropertyName(input.Plan.Name);
            var at = 0;
            WriteNested(json, input, [rows, .. input.Plan.Shape.Skip(1)], ref at);
        }

        json.WriteEndObject();
    }

    private static void WriteNested(Utf8JsonWriter json, HeapInput input, ReadOnlySpan<long> dims, ref int at)
    {
        if (dims.IsEmpty)
        {
            TensorJson.Write(json, input, at++);
            return;
        }

        json.WriteStartArray();
        for (var i = 0; i < dims[0]; i++)
            WriteNested(json, input, dims[1..], ref at);
        json.WriteEndArray();
    }

    // [1,2], [[1,2],[3,4]], {"a":[1,2]}, or [{"a":1},{"a":2}]
    private static IEnumerable<(string Name, IReadOnlyList<JsonElement> Values)> Columns(JsonElement predictions)
    {
        if (predictions.ValueKind == JsonValueKind.Object)
            return predictions.EnumerateObject().Select(column => (column.Name, (IReadOnlyList<JsonElement>)[.. column.Value.EnumerateArray()]));
        var rows = predictions.EnumerateArray().ToList();
        return rows is [{ ValueKind: JsonValueKind.Object } first, ..]
            ? first.EnumerateObject().Select(column => (column.Name, (IReadOnlyList<JsonElement>)[.. rows.Select(row => row.GetProperty(column.Name))]))
            : [("predictions", rows)];
    }

    private static AnsweredTensor Tensor(string name, IReadOnlyList<JsonElement> values, IReadOnlyList<TensorPlan> known)
    {
        var dims = new List<long> { values.Count };
        for (var part = values.Count > 0 ? values[0] : default; part.ValueKind == JsonValueKind.Array; part = part.GetArrayLength() > 0 ? part[0] : default)
            dims.Add(part.GetArrayLength());
        var type = known.FirstOrDefault(output => output.Name == name)?.ElementType ?? TypeOf(values);
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var value in values)
            TensorJson.Read(value, type, bytes);
        return new AnsweredTensor(name, type, [.. dims], bytes.WrittenMemory);
    }

    private static OnnxElementType TypeOf(IEnumerable<JsonElement> values)
    {
        var flat = values.SelectMany(Flat).Where(value => value.ValueKind != JsonValueKind.Null).ToList();
        if (flat.Count > 0 && flat.TrueForAll(value => value.ValueKind is JsonValueKind.True or JsonValueKind.False))
            return OnnxElementType.Bool;
        if (!flat.TrueForAll(value => value.ValueKind == JsonValueKind.Number))
            return OnnxElementType.String;
        return flat.Count > 0 && flat.TrueForAll(value => value.TryGetInt64(out _)) ? OnnxElementType.Int64 : OnnxElementType.Double;
    }

    private static IEnumerable<JsonElement> Flat(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flat) : [value];
}
