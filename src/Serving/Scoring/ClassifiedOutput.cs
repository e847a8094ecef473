using System.Globalization;
using System.Text;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Runtimes;

namespace Slipway.Serving.Scoring;

/// <summary>
/// An output as the classification extension has it: of each row its greatest values, as texts "value:index".
/// https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
/// </summary>
internal sealed class ClassifiedOutput : OutputMemory
{
    private readonly TextCapture _texts = new();
    private readonly long[] _dims;

    /// <param name="most">Classes of a row.</param>
    public ClassifiedOutput(TensorPlan plan, OutputMemory values, int most)
    {
        var rows = plan.HasRows ? (int)values.Dims[0] : 1;
        var length = values.Count / rows;
        var classes = Math.Min(most, length);
        _dims = plan.HasRows ? [rows, classes] : [classes];
        for (var row = 0; row < rows; row++)
        {
            var from = row * length;
            foreach (var index in Enumerable.Range(0, length).OrderByDescending(at => Value(values, from + at)).Take(classes))
                _texts.Add(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Shown(values, from + index)}:{index}")));
        }
    }

    public override OnnxElementType ElementType => OnnxElementType.String;

    public override ReadOnlySpan<long> Dims => _dims;

    public override int Count => _texts.Count;

    public override ReadOnlySpan<byte> Bytes => [];

    /// <summary>Whether values of this type have an order.</summary>
    public static bool Takes(OnnxElementType type) => type is not (OnnxElementType.String or OnnxElementType.Bool);

    public override ReadOnlySpan<byte> Text(int index) => _texts[index];

    private static string Shown(OutputMemory values, int index) => values.ElementType switch
    {
        OnnxElementType.UInt64 => values.Span<ulong>()[index].ToString(CultureInfo.InvariantCulture),
        OnnxElementType.Int64 => values.Span<long>()[index].ToString(CultureInfo.InvariantCulture),
        _ when values.ElementType.IsFloating() => Value(values, index).ToString("F6", CultureInfo.InvariantCulture),
        _ => Value(values, index).ToString(CultureInfo.InvariantCulture),
    };

    private static double Value(OutputMemory values, int index) => values.ElementType switch
    {
        OnnxElementType.Float => values.Span<float>()[index],
        OnnxElementType.Double => values.Span<double>()[index],
        OnnxElementType.Float16 => (double)values.Span<Half>()[index],
        OnnxElementType.BFloat16 => (float)values.Span<BFloat16>()[index],
        OnnxElementType.Int64 => values.Span<long>()[index],
        OnnxElementType.Int32 => values.Span<int>()[index],
        OnnxElementType.Int16 => values.Span<short>()[index],
        OnnxElementType.Int8 => values.Span<sbyte>()[index],
        OnnxElementType.UInt64 => values.Span<ulong>()[index],
        OnnxElementType.UInt32 => values.Span<uint>()[index],
        OnnxElementType.UInt16 => values.Span<ushort>()[index],
        _ => values.Span<byte>()[index],
    };
}
