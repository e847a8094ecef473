using System.Globalization;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Inference;

/// <summary>Compares the shape that a request announces with the model's, and makes room for its rows.</summary>
internal static class InputShape
{
    /// <summary>Returns the number of elements. A list of numbers stands for a column of them: [N] for [N,1].</summary>
    public static long Accept(ScoringSlot slot, TensorPlan input, ReadOnlySpan<long> given, int maxRows)
    {
        var fits = given.Length == input.Shape.Length || (given.Length == 1 && input.HasRows && input.RowLength == 1);
        for (var i = input.HasRows ? 1 : 0; fits && i < given.Length; i++)
            fits = given[i] == input.Shape[i];
        if (!fits)
        {
            throw SlipwayException.Invalid(
                $"Input '{input.Name}' has shape {TensorPlan.ShapeText(input.Shape)}, not {TensorPlan.ShapeText(given)}.");
        }

        var rows = slot.Model.FixedRows ?? given[0];
        if (rows < 1)
            throw SlipwayException.Invalid($"Input '{input.Name}' has no rows; send at least one.");
        if (rows > maxRows && slot.Model.FixedRows is null)
        {
            throw new SlipwayException(
                ErrorCode.TooLarge,
                $"Input '{input.Name}' announces {rows.ToString(CultureInfo.InvariantCulture)} rows; a request has at most {maxRows}. Send them in parts.");
        }

        if (slot.Rows == 0)
            slot.SetRows((int)rows);
        else if (slot.Rows != rows)
            throw SlipwayException.Invalid($"Input '{input.Name}' has {rows} rows, but the inputs before it have {slot.Rows}.");
        return input.HasRows ? rows * input.RowLength : input.RowLength;
    }
}
