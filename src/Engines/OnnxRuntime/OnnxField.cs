using System.Collections.Immutable;
using System.Globalization;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>The forms that an input or output takes; only tensors can be given and read.</summary>
public enum OnnxKind
{
    Tensor,
    Sequence,
    Map,
    SequenceOfMaps,
    Other,
}

/// <summary>An input or output of a model.</summary>
public sealed record OnnxField
{
    public required string Name { get; init; }

    public required OnnxKind Kind { get; init; }

    /// <summary>What the tensor holds, or the values of the maps.</summary>
    public required OnnxElementType ElementType { get; init; }

    /// <summary>The keys of the maps; Undefined for a tensor.</summary>
    public OnnxElementType KeyType { get; init; }

    /// <summary>One number for each dimension of a tensor; -1 is free.</summary>
    public ImmutableArray<long> Dims { get; init; } = [];

    /// <summary>The names of the free dimensions; empty where there is none.</summary>
    public ImmutableArray<string> DimNames { get; init; } = [];

    /// <summary>
    /// Where the model made a map of each row (scikit-learn's ZipMap): the keys, string[] or long[], one for each
    /// column of the table that this output is instead. Else null.
    /// </summary>
    public Array? ColumnKeys { get; init; }

    /// <summary>Whether the first dimension is free, which is where rows go.</summary>
    public bool HasFreeRows => Kind == OnnxKind.Tensor && Dims.Length > 0 && Dims[0] < 0;

    /// <summary>"float[N,7]", "seq(map(string,float))": for people.</summary>
    public string TypeText => Kind switch
    {
        OnnxKind.Tensor => $"{ElementType.OnnxName()}[{string.Join(',', Dims.Select(DimText))}]",
        OnnxKind.SequenceOfMaps => $"seq(map({KeyType.OnnxName()},{ElementType.OnnxName()}))",
        OnnxKind.Map => $"map({KeyType.OnnxName()},{ElementType.OnnxName()})",
        OnnxKind.Sequence => $"seq({ElementType.OnnxName()})",
        _ => "a type that is neither tensor nor map",
    };

    private string DimText(long dim, int index) =>
        dim >= 0 ? dim.ToString(CultureInfo.InvariantCulture)
        : DimNames[index].Length > 0 ? DimNames[index] : "?";
}
