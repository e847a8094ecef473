using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>text/csv with a header line, as RFC 4180 has it; an empty cell is a missing value.</summary>
internal static class CsvTable
{
    private const int MaxColumns = 16_384;

    public static void Read(ReadOnlySpan<byte> body, ScoringSlot slot, int maxRows)
    {
        if (!Utf8.IsValid(body))
            throw SlipwayException.Invalid("The body is not CSV: it is not UTF-8.");
        var lines = new CsvLines(Encoding.UTF8.GetString(body).TrimStart('\ufeff'));
        var names = new List<string>();
        if (!lines.Next(names, MaxColumns))
            throw SlipwayException.Invalid("The body is empty; CSV begins with a line of column names.");
        var columns = new TableColumns(slot);
        var targets = names.Select(columns.Find).ToArray();
        foreach (var target in targets)
        {
            if (target is not null)
                slot.Give(target);
        }

        if (slot.Model.Inputs.FirstOrDefault(input => !slot.Given[input.Index] && !slot.Model.IsOptional(input)) is { } missing)
            throw SlipwayException.Invalid($"Column '{missing.Name}' ({missing.DataType}) is missing.{Nearest.Hint(missing.Name, names)}");
        columns.Begin(lines.CountRest(names.Count), maxRows);
        var cells = new List<string>(names.Count);
        for (var row = 0; lines.Next(cells, names.Count); row++)
            ReadRow(columns, targets, cells, row);
        slot.CheckComplete();
    }

    private static void ReadRow(TableColumns columns, TensorPlan?[] targets, List<string> cells, int row)
    {
        if (cells.Count != targets.Length)
            throw SlipwayException.Invalid($"Row {row} has {cells.Count} cells; the header has {targets.Length}.");
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i] is { } target)
                columns.Text(target, row, Kind(target, cells[i]), Encoding.UTF8.GetBytes(cells[i]));
        }
    }

    private static JsonValueKind Kind(TensorPlan input, string cell) => input.ElementType switch
    {
        OnnxElementType.String => JsonValueKind.String,
        _ when cell.Length == 0 => JsonValueKind.Null,
        OnnxElementType.Bool when cell.Equals("true", StringComparison.OrdinalIgnoreCase) => JsonValueKind.True,
        OnnxElementType.Bool when cell.Equals("false", StringComparison.OrdinalIgnoreCase) => JsonValueKind.False,
        OnnxElementType.Bool => JsonValueKind.String,
        _ => JsonValueKind.Number,
    };
}
