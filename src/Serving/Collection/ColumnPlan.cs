using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>Which columns a model's answers are kept in.</summary>
internal static class ColumnPlan
{
    // Beyond this a row is an image or an embedding, and a table is the wrong place for it.
    private const int MaxColumns = 4096;

    public static IReadOnlyList<CollectedColumn> Create(ServedModel model) => Create(model, CollectionRule.All);

    /// <param name="rule">Which of them are kept, and in which form.</param>
    public static IReadOnlyList<CollectedColumn> Create(ServedModel model, CollectionRule rule)
    {
        var columns = new List<CollectedColumn>();
        foreach (var input in model.Inputs.Where(input => rule.Keeps(input.Name, isInput: true)))
            AddAll(columns, "input_" + input.Name, input, isInput: true, Stride(model, input), rule.KeyOf(input.Name));
        foreach (var output in OutputsOf(model).Where(output => rule.Keeps(output.Name, isInput: false)))
        {
            var key = rule.KeyOf(output.Name);
            if (output == model.Score && key is null)
                AddScore(columns, output);
            else
                AddAll(columns, "output_" + (output == model.Label ? "label" : output == model.Score ? "score" : output.Name), output, isInput: false, output.RowLength, key);
        }

        return Distinct(columns);
    }

    // The class first, then the score, then the others.
    private static IEnumerable<TensorPlan> OutputsOf(ServedModel model) =>
        model.Outputs.OrderBy(output => output == model.Label ? 0 : output == model.Score ? 1 : 2);

    /// <summary>InvalidParameter when a row of this model is too wide to be kept.</summary>
    public static void Check(ServedModel model)
    {
        var width = model.Inputs.Sum(input => (long)Stride(model, input)) + model.Outputs.Sum(output => (long)output.RowLength);
        if (width > MaxColumns)
        {
            throw SlipwayException.Invalid(
                $"A row of model '{model.Name}' has {width} values; up to {MaxColumns} can be collected. Create the endpoint with collect: off.");
        }
    }

    private static int Stride(ServedModel model, TensorPlan input) =>
        input.HasRows || model.FixedRows is not { } rows ? input.RowLength : input.RowLength / rows;

    // Of two classes the second is the event that the model looks for.
    private static void AddScore(List<CollectedColumn> columns, TensorPlan score)
    {
        const string Name = "output_score";
        if (score.RowLength <= 2)
        {
            columns.Add(Column(Name, score, isInput: false, score.RowLength - 1, score.RowLength));
            return;
        }

        columns.Add(new GreatestColumn(Name, score));
        AddAll(columns, "output_" + score.Name, score, isInput: false, score.RowLength, key: null);
    }

    /// <param name="key">Of a column that is kept as hashes; null: it is kept as it is.</param>
    private static void AddAll(List<CollectedColumn> columns, string name, TensorPlan plan, bool isInput, int stride, byte[]? key)
    {
        for (var i = 0; i < stride; i++)
        {
            var suffix = stride == 1 ? "" : "_" + i.ToString(CultureInfo.InvariantCulture);
            columns.Add(key is null ? Column(name + suffix, plan, isInput, i, stride) : new HashedColumn(name + suffix, plan, isInput, i, stride, key));
        }
    }

    // DuckDB does not tell names apart by case.
    private static List<CollectedColumn> Distinct(List<CollectedColumn> columns) =>
        columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw SlipwayException.Invalid(
                $"Two values of the model would be kept in the column '{twice.Key}'; rename an input or output, or create the endpoint with collect: off.")
            : columns;

    private static CollectedColumn Column(string name, TensorPlan plan, bool isInput, int offset, int stride) =>
        plan.ElementType switch
        {
            OnnxElementType.Float => Number<float>(name, DuckDbTypeId.Float, plan, isInput, offset, stride),
            OnnxElementType.Double => Number<double>(name, DuckDbTypeId.Double, plan, isInput, offset, stride),
            OnnxElementType.Bool => Number<bool>(name, DuckDbTypeId.Boolean, plan, isInput, offset, stride),
            OnnxElementType.Int64 => Number<long>(name, DuckDbTypeId.BigInt, plan, isInput, offset, stride),
            OnnxElementType.Int32 => Number<int>(name, DuckDbTypeId.Integer, plan, isInput, offset, stride),
            OnnxElementType.Int16 => Number<short>(name, DuckDbTypeId.SmallInt, plan, isInput, offset, stride),
            OnnxElementType.Int8 => Number<sbyte>(name, DuckDbTypeId.TinyInt, plan, isInput, offset, stride),
            OnnxElementType.UInt64 => Number<ulong>(name, DuckDbTypeId.UBigInt, plan, isInput, offset, stride),
            OnnxElementType.UInt32 => Number<uint>(name, DuckDbTypeId.UInteger, plan, isInput, offset, stride),
            OnnxElementType.UInt16 => Number<ushort>(name, DuckDbTypeId.USmallInt, plan, isInput, offset, stride),
            OnnxElementType.UInt8 => Number<byte>(name, DuckDbTypeId.UTinyInt, plan, isInput, offset, stride),
            OnnxElementType.Float16 => new ShortFloatColumn<Half>(name, plan.Index, isInput, offset, stride, static value => (float)value),
            OnnxElementType.BFloat16 => new ShortFloatColumn<BFloat16>(name, plan.Index, isInput, offset, stride, static value => (float)value),
            _ => new TextColumn(name, plan.Index, isInput, offset, stride),
        };

    private static CollectedColumn Number<T>(
        string name, DuckDbTypeId type, TensorPlan plan, bool isInput, int offset, int stride)
        where T : unmanaged => isInput
        ? new InputColumn<T>(name, type, plan.Index, offset, stride)
        : new OutputColumn<T>(name, type, plan.Index, offset, stride);
}
