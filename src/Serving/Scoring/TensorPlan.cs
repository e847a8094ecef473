using System.Globalization;
using System.Text;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Scoring;

/// <summary>An input or output of a served model, with what each request needs of it made once.</summary>
internal sealed class TensorPlan
{
    public TensorPlan(OnnxField field, int index, int rowLength)
    {
        Name = field.Name;
        Utf8Name = Encoding.UTF8.GetBytes(field.Name);
        ElementType = field.ElementType;
        DataType = OipTypes.Of(field.ElementType);
        Utf8DataType = Encoding.UTF8.GetBytes(DataType);
        Shape = [.. field.Dims];
        HasRows = field.HasFreeRows;
        Index = index;
        RowLength = rowLength;
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

    /// <summary>Values in one row; of a tensor without rows, all its values.</summary>
    public int RowLength { get; }

    public override string ToString() => $"'{Name}' ({DataType} {ShapeText(Shape)})";

    public static string ShapeText(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < shape.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(shape[i].ToString(CultureInfo.InvariantCulture));
        return text.Append(']').ToString();
    }
}
