using System.Collections.Frozen;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes;

/// <summary>The Open Inference Protocol's names of ONNX's element types.</summary>
internal static class OipTypes
{
    private static readonly FrozenDictionary<OnnxElementType, string> s_names = new Dictionary<OnnxElementType, string>
    {
        [OnnxElementType.Bool] = "BOOL",
        [OnnxElementType.UInt8] = "UINT8",
        [OnnxElementType.UInt16] = "UINT16",
        [OnnxElementType.UInt32] = "UINT32",
        [OnnxElementType.UInt64] = "UINT64",
        [OnnxElementType.Int8] = "INT8",
        [OnnxElementType.Int16] = "INT16",
        [OnnxElementType.Int32] = "INT32",
        [OnnxElementType.Int64] = "INT64",
        [OnnxElementType.Float16] = "FP16",
        [OnnxElementType.BFloat16] = "BF16",
        [OnnxElementType.Float] = "FP32",
        [OnnxElementType.Double] = "FP64",
        [OnnxElementType.String] = "BYTES",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, OnnxElementType> s_types =
        s_names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Whether it has a value that stands for a missing one: NaN.</summary>
    public static bool IsFloating(this OnnxElementType type) => type is
        OnnxElementType.Float or OnnxElementType.Double or OnnxElementType.Float16 or OnnxElementType.BFloat16;

    public static string Of(OnnxElementType type) => s_names.GetValueOrDefault(type, "UNKNOWN");

    public static OnnxElementType Parse(string name) => s_types.TryGetValue(name, out var type)
        ? type
        : throw SlipwayException.Invalid($"There is no datatype '{name}'. There are: {string.Join(", ", s_types.Keys.Order(StringComparer.Ordinal))}.");
}
