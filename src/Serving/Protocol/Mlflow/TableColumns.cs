using System.Runtime.InteropServices;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>
/// A table's columns as a model's inputs: the column of an input has its name, and a list in each cell where a row of it
/// has several values. Columns that the model does not take are passed over, as MLflow does.
/// </summary>
internal sealed class TableColumns(ScoringSlot slot)
{
    private readonly Dictionary<string, TensorPlan> _byName = slot.Model.Inputs.ToDictionary(input => input.Name);

    public TensorPlan? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Makes room for the rows.</summary>
    public void Begin(int rows, int maxRows)
    {
        if (rows == 0)
            throw SlipwayException.Invalid("The request has no rows; send at least one.");
        if (slot.Model.FixedRows is { } only && rows != only)
            throw SlipwayException.Invalid($"The model takes {only} rows at a time, not {rows}.");
        if (rows > maxRows)
            throw new SlipwayException(ErrorCode.TooLarge, $"The request has {rows} rows; one has at most {maxRows}. Send them in parts.");
        slot.SetRows(rows);
    }

    public void Set(TensorPlan input, int row, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var place = row * input.RowLength;
            Flatten(input, value, ref place, (row + 1) * input.RowLength, row);
            if (place != (row + 1) * input.RowLength)
                throw WrongLength(input, row);
        }
        else if (input.RowLength != 1)
        {
            throw WrongLength(input, row);
        }
        else
        {
            SetOne(input, row, value);
        }
    }

    /// <summary>Sets what a row leaves out.</summary>
    public void SetMissing(TensorPlan input, int row)
    {
        if (!slot.Model.IsOptional(input))
            throw SlipwayException.Invalid($"Column '{input.Name}' ({input.DataType}), row {row} is missing.");
        for (var i = 0; i < input.RowLength; i++)
            Cell.Set(slot, input, (row * input.RowLength) + i, JsonValueKind.Null, default);
    }

    public void Text(TensorPlan input, int row, JsonValueKind kind, ReadOnlySpan<byte> utf8)
    {
        if (input.RowLength != 1)
            throw WrongLength(input, row);
        Cell.Set(slot, input, row, kind, utf8);
    }

    private void Flatten(TensorPlan input, JsonElement value, ref int place, int end, int row)
    {
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Array)
                Flatten(input, element, ref place, end, row);
            else if (place == end)
                throw WrongLength(input, row);
            else
                SetOne(input, place++, element);
        }
    }

    private void SetOne(TensorPlan input, int index, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            Cell.Set(slot, input, index, value.ValueKind, JsonMarshal.GetRawUtf8Value(value));
            return;
        }

        try
        {
            Cell.Set(slot, input, index, JsonValueKind.String, System.Text.Encoding.UTF8.GetBytes(value.GetString()!));
        }
        catch (InvalidOperationException)
        {
            // "\ud800": half of a character.
            throw SlipwayException.Invalid($"Column '{input.Name}', row {index / input.RowLength} is no Unicode text.");
        }
    }

    private static SlipwayException WrongLength(TensorPlan input, int row) => SlipwayException.Invalid(
        $"Column '{input.Name}' ({input.DataType}), row {row} is not {(input.RowLength == 1 ? "one value" : $"a list of {input.RowLength} values")}.");
}
