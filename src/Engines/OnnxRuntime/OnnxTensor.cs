using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>A tensor in .NET's memory: for tests, tools and whatever need not be quick.</summary>
public sealed class OnnxTensor
{
    internal OnnxTensor(OnnxElementType type, Array data, long[] dims, Array? columnKeys = null)
    {
        var count = dims.Aggregate(1L, (product, dim) => product * dim);
        if (count != data.Length || dims.Any(dim => dim < 0))
        {
            var shape = string.Join(',', dims.Select(dim => dim.ToString(CultureInfo.InvariantCulture)));
            throw SlipwayException.Invalid($"A tensor of shape [{shape}] has {count} elements, not {data.Length}.");
        }

        ElementType = type;
        Data = data;
        Dims = dims;
        ColumnKeys = columnKeys;
    }

    public OnnxElementType ElementType { get; }

    public IReadOnlyList<long> Dims { get; }

    /// <summary>A one-dimensional array, last dimension quickest.</summary>
    public Array Data { get; }

    /// <summary>
    /// Where the model answers with a map per row (scikit-learn's ZipMap): its keys, string[] or long[], one for each
    /// column of this tensor. Null otherwise.
    /// </summary>
    public Array? ColumnKeys { get; }

    /// <summary>A tensor over the array, which is not copied.</summary>
    public static OnnxTensor Create<T>(T[] data, params long[] dims)
    {
        var type = OnnxElementTypes.Of(typeof(T));
        return type != OnnxElementType.Undefined
            ? new(type, data, dims)
            : throw SlipwayException.Invalid($"A tensor cannot hold {typeof(T).Name}.");
    }

    /// <summary>The elements, which must be of this type.</summary>
    public T[] As<T>() => Data as T[]
        ?? throw SlipwayException.Invalid($"The tensor holds {ElementType.OnnxName()}, not {typeof(T).Name}.");
}
