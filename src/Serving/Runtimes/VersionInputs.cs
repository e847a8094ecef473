using System.Text.Json;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Serving.Runtimes;

/// <summary>What a model version's signature says that it takes.</summary>
internal static class VersionInputs
{
    /// <summary>Null where the version has no signature, or one of another system's form.</summary>
    public static TensorPlan[]? Read(ModelVersion version)
    {
        if (version.SignatureJson is not { } json)
            return null;
        try
        {
            return JsonSerializer.Deserialize(json, ServingJson.Default.ModelSignature)?.Inputs?.Select(Plan).ToArray();
        }
        catch (JsonException)
        {
            // The model's own file has it, too.
            return null;
        }
    }

    private static TensorPlan Plan(TensorSignature input, int index)
    {
        var rowLength = input.Shape.Skip(1).Aggregate(1L, static (product, dim) => product * dim);
        return input.Shape.Count > 0 && input.Shape[0] == -1 && rowLength > 0
            ? new TensorPlan(input.Name, OipTypes.Parse(input.DataType), [.. input.Shape], hasRows: true, index, checked((int)rowLength))
            : throw SlipwayException.Invalid($"Input '{input.Name}' of the signature has the shape {TensorPlan.ShapeText([.. input.Shape])}; only the first dimension may be free.");
    }
}
