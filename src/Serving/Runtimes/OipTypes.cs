using System.Collections.Frozen;
using Slipway.Engines.OnnxRuntime;

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
        [OnnxElementType.Float] = "FP32",
        [OnnxElementType.Double] = "FP64",
        [OnnxElementType.String] = "BYTES",
    }.ToFrozenDictionary();

    public static string Of(OnnxElementType type) => s_names.GetValueOrDefault(type, "UNKNOWN");
}
