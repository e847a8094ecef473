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
            TensorPlan[] inputs = [.. json.RootElement.GetProperty("inputs").EnumerateArray().Select(Plan)];
            return inputs.Length > 0 && inputs.All(input => input.HasRows == inputs[0].HasRows && (input.HasRows || input.Shape[0] == inputs[0].Shape[0]))
                ? inputs
                : throw SlipwayException.Invalid("The inputs in the model server's metadata have no common number of rows; register the version with a signature.");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new SlipwayException(ErrorCode.EngineFailed, "The model server's metadata has no inputs with name, datatype and shape; register the version with a signature.", exception);
        }
    }

    private static TensorPlan Plan(JsonElement input, int index)
    {
        var name = input.GetProperty("name").GetString()!;
        long[] shape = [.. input.GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64())];
        var hasRows = shape.Length > 0 && shape[0] == -1;
        var rowLength = shape.Skip(hasRows ? 1 : 0).Aggregate(1L, static (product, dim) => product * dim);
        return shape.Length > 0 && (hasRows || shape[0] > 0) && shape.Skip(1).All(dim => dim > 0)
            ? new TensorPlan(name, OipTypes.Parse(input.GetProperty("datatype").GetString()!), shape, hasRows, index, checked((int)rowLength))
            : throw SlipwayException.Invalid($"Input '{name}' in the model server's metadata has the shape {TensorPlan.ShapeText(shape)}; only the first dimension may be free.");
    }
}
