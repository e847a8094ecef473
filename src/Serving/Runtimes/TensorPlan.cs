using System.Globalization;
using System.Text;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes;

/// <summary>An input or output of a served model, with what each request needs of it made once.</summary>
internal sealed class TensorPlan
{
    /// <param name="shape">-1 is free.</param>
    public TensorPlan(string name, OnnxElementType elementType, long[] shape, bool hasRows, int index, int rowLength)
    {
        Name = name;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        ElementType = elementType;
        DataType = OipTypes.Of(elementType);
        Utf8DataType = Encoding.UTF8.GetBytes(DataType);
        Shape = shape;
        HasRows = hasRows;
        Index = index;
        RowLength = rowLength;
        ElementSize = elementType.Size();
    }

    public string Name { get; }

    public byte[] Utf8Name { get; }

    public OnnxElementType ElementType { get; }

    public string DataType { get; }

    public byte[] Utf8DataType { get; }

    /// <summary>-1 is free.</summary>
    public long[] Shape { get; }

    public bool HasRows { get; }

    public int Index { get; }

    /// <summary>Whether the model's own file says that requests may leave it out.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Values in one row; of a tensor without rows, all its values.</summary>
    public int RowLength { get; }

    /// <summary>Bytes of one element; 0 for texts.</summary>
    public int ElementSize { get; }

    public override string ToString() => $"'{Name}' ({DataType} {ShapeText(Shape)})";

    public static string ShapeText(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < shape.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(shape[i].ToString(CultureInfo.InvariantCulture));
        return text.Append(']').ToString();
    }
}
