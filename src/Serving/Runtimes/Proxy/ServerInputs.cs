using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>What a model takes, as its server's metadata says it.</summary>
internal static class ServerInputs
{
    public static TensorPlan[] Read(ReadOnlyMemory<byte> metadata)
    {
        try
        {
            using var json = JsonDocument.Parse(metadata);
            return Read(json.RootElement.GetProperty("inputs").EnumerateArray().Select(input => (
                input.GetProperty("name").GetString()!, input.GetProperty("datatype").GetString()!, input.GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64()).ToArray())));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, "The model server's metadata has no inputs with name, datatype and shape; register the version with a signature.", exception);
        }
    }

    public static TensorPlan[] Read(IEnumerable<(string Name, string DataType, long[] Shape)> said)
    {
        TensorPlan[] inputs = [.. said.Select((input, index) => Plan(input.Name, input.DataType, input.Shape, index))];
        return inputs.Length > 0 && inputs.All(input => input.HasRows == inputs[0].HasRows && (input.HasRows || input.Shape[0] == inputs[0].Shape[0]))
            ? inputs
            : throw SlipwayException.Invalid("The inputs in the model server's metadata have no common number of rows; register the version with a signature.");
    }

    private static TensorPlan Plan(string name, string dataType, long[] shape, int index)
    {
        var hasRows = shape.Length > 0 && shape[0] == -1;
        var rowLength = shape.Skip(hasRows ? 1 : 0).Aggregate(1L, static (product, dim) => product * dim);
        return shape.Length > 0 && (hasRows || shape[0] > 0) && shape.Skip(1).All(dim => dim > 0)
            ? new TensorPlan(name, OipTypes.Parse(dataType), shape, hasRows, index, checked((int)rowLength))
            : throw SlipwayException.Invalid($"Input '{name}' in the model server's metadata has the shape {TensorPlan.ShapeText(shape)}; only the first dimension may be free.");
    }
}
