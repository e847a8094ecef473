using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>What a tensor holds; the numbers are those of ONNX files and of ONNX Runtime.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "They are names of types, the ones that ONNX gives them.")]
public enum OnnxElementType
{
    Undefined = 0,
    Float = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Double = 11,
    UInt32 = 12,
    UInt64 = 13,
    Complex64 = 14,
    Complex128 = 15,
    BFloat16 = 16,
}

/// <summary>Between element types and .NET's types.</summary>
public static class OnnxElementTypes
{
    private static readonly FrozenDictionary<OnnxElementType, (Type Type, int Size)> s_types =
        new Dictionary<OnnxElementType, (Type Type, int Size)>
        {
            [OnnxElementType.Float] = (typeof(float), 4),
            [OnnxElementType.UInt8] = (typeof(byte), 1),
            [OnnxElementType.Int8] = (typeof(sbyte), 1),
            [OnnxElementType.UInt16] = (typeof(ushort), 2),
            [OnnxElementType.Int16] = (typeof(short), 2),
            [OnnxElementType.Int32] = (typeof(int), 4),
            [OnnxElementType.Int64] = (typeof(long), 8),
            [OnnxElementType.Bool] = (typeof(bool), 1),
            [OnnxElementType.Float16] = (typeof(Half), 2),
            [OnnxElementType.BFloat16] = (typeof(BFloat16), 2),
            [OnnxElementType.Double] = (typeof(double), 8),
            [OnnxElementType.UInt32] = (typeof(uint), 4),
            [OnnxElementType.UInt64] = (typeof(ulong), 8),
        }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, OnnxElementType> s_elements =
        s_types.ToFrozenDictionary(pair => pair.Value.Type, pair => pair.Key);

    /// <summary>The element type that a .NET type is, or Undefined.</summary>
    public static OnnxElementType Of(Type type) =>
        type == typeof(string) ? OnnxElementType.String : s_elements.GetValueOrDefault(type);

    /// <summary>The .NET type of one element, or null for those that .NET lacks (complex).</summary>
    public static Type? ClrType(this OnnxElementType type) =>
        type == OnnxElementType.String ? typeof(string)
        : s_types.TryGetValue(type, out var entry) ? entry.Type : null;

    /// <summary>Bytes of one element; 0 for strings and for those that .NET lacks.</summary>
    public static int Size(this OnnxElementType type) => s_types.TryGetValue(type, out var entry) ? entry.Size : 0;

    /// <summary>"float", "int64": as ONNX writes it.</summary>
    public static string OnnxName(this OnnxElementType type) => type.ToString().ToLowerInvariant();
}
