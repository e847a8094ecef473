using System.Globalization;
using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>
/// Rows to learn from or to predict (a DMatrix). NaN is a missing value; an infinite one is refused by the engine. The data
/// is copied into native memory: dispose it.
/// </summary>
public sealed unsafe class XgbMatrix : IDisposable
{
    // Rows per block of the transposition: 1,024 rows of some tens of columns stay in the second-level cache.
    private const int Block = 1024;

    private XgbMatrix(XgbMatrixHandle handle, int rows, IReadOnlyList<XgbFeature> features) =>
        (Handle, RowCount, Features) = (handle, rows, features);

    public int RowCount { get; }

    public int ColumnCount => Features.Count;

    public IReadOnlyList<XgbFeature> Features { get; }

    internal XgbMatrixHandle Handle { get; }

    /// <param name="columns">One column per feature, all of the same length.</param>
    /// <param name="threads">Threads that read the data; 0: all cores.</param>
    public static XgbMatrix FromColumns(
        IReadOnlyList<ReadOnlyMemory<float>> columns, IReadOnlyList<XgbFeature> features, int threads = 0)
    {
        CheckFeatures(features);
        if (columns.Count != features.Count)
            throw SlipwayException.Invalid($"There are {columns.Count} columns but {features.Count} features; name each column.");

        var rows = columns[0].Length;
        for (var i = 1; i < columns.Count; i++)
        {
            if (columns[i].Length != rows)
            {
                throw SlipwayException.Invalid(
                    $"Column '{features[i].Name}' has {columns[i].Length} rows but '{features[0].Name}' has {rows}; make them equal.");
            }
        }

        var buffer = (float*)NativeMemory.Alloc((nuint)Math.Max(1, rows) * (nuint)columns.Count, sizeof(float));
        try
        {
            Transpose(columns, rows, buffer);
            return FromBuffer(buffer, rows, features, threads);
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <param name="values">The rows one after the other.</param>
    /// <param name="threads">Threads that read the data; 0: all cores.</param>
    public static XgbMatrix FromRows(ReadOnlySpan<float> values, IReadOnlyList<XgbFeature> features, int threads = 0)
    {
        CheckFeatures(features);
        if (values.Length % features.Count != 0)
            throw SlipwayException.Invalid($"{values.Length} values do not make whole rows of {features.Count} features.");

        fixed (float* buffer = values)
            return FromBuffer(buffer, values.Length / features.Count, features, threads);
    }

    /// <summary>What is to be learned, one value per row.</summary>
    public void SetLabel(ReadOnlySpan<float> values) => SetInfo("label", values);

    /// <summary>How much each row counts.</summary>
    public void SetWeight(ReadOnlySpan<float> values) => SetInfo("weight", values);

    public void Dispose() => Handle.Dispose();

    private static XgbMatrix FromBuffer(float* buffer, int rows, IReadOnlyList<XgbFeature> features, int threads)
    {
        if (rows == 0)
            throw SlipwayException.Invalid("There are no rows; a matrix needs at least one.");

        XgbCall.Silence();
        // https://numpy.org/doc/stable/reference/arrays.interface.html
        var data = string.Create(CultureInfo.InvariantCulture,
            $$"""{"data": [{{(nuint)buffer}}, true], "shape": [{{rows}}, {{features.Count}}], "typestr": "<f4", "version": 3}""");
        var config = $$"""{"missing": NaN, "nthread": {{threads}}}""";
        XgbCall.Check(XgbNative.XGDMatrixCreateFromDense(data, config, out var handle));
        try
        {
            var matrix = new XgbMatrix(handle, rows, [.. features]);
            matrix.SetText("feature_name", [.. features.Select(feature => feature.Name)]);
            matrix.SetText("feature_type", [.. features.Select(feature => feature.TypeName)]);
            return matrix;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void CheckFeatures(IReadOnlyList<XgbFeature> features)
    {
        if (features.Count == 0)
            throw SlipwayException.Invalid("There are no features; a matrix needs at least one column.");

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feature in features)
        {
            if (feature.Name.Length == 0)
                throw SlipwayException.Invalid("A feature has no name; name each column.");
            if (!names.Add(feature.Name))
                throw SlipwayException.Invalid($"The feature '{feature.Name}' occurs twice; rename one.");
        }
    }

    private static void Transpose(IReadOnlyList<ReadOnlyMemory<float>> columns, int rows, float* buffer)
    {
        var width = columns.Count;
        for (var first = 0; first < rows; first += Block)
        {
            var length = Math.Min(Block, rows - first);
            for (var column = 0; column < width; column++)
            {
                var target = buffer + ((nint)first * width) + column;
                foreach (var value in columns[column].Span.Slice(first, length))
                {
                    *target = value;
                    target += width;
                }
            }
        }
    }

    private void SetInfo(string field, ReadOnlySpan<float> values)
    {
        if (values.Length != RowCount)
            throw SlipwayException.Invalid($"The {field} has {values.Length} values but there are {RowCount} rows; give one for each row.");

        XgbCall.Silence();
        fixed (float* pointer = values)
            XgbCall.Check(XgbNative.XGDMatrixSetFloatInfo(Handle, field, pointer, (ulong)values.Length));
    }

    private void SetText(string field, string[] texts) =>
        XgbCall.Check(XgbNative.XGDMatrixSetStrFeatureInfo(Handle, field, texts, (ulong)texts.Length));
}
