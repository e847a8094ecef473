using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>
/// The JSON forms of MLflow's scoring protocol (dataframe_split, dataframe_records, instances, inputs) and Azure ML's
/// input_data, which is one of the first three without saying which.
/// </summary>
internal sealed class JsonTable(ScoringSlot slot, int maxRows)
{
    private static readonly string[] s_forms = ["dataframe_split", "dataframe_records", "instances", "inputs", "input_data"];

    private readonly TableColumns _columns = new(slot);

    public static void Read(ReadOnlyMemory<byte> body, ScoringSlot slot, int maxRows)
    {
        if (!Utf8.IsValid(body.Span))
            throw SlipwayException.Invalid("The body is not JSON: it is not UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(body);
            new JsonTable(slot, maxRows).Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name such as "\ud800", half of a character.
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The body is not JSON that can be read: {exception.Message}", exception);
        }

        slot.CheckComplete();
    }

    private void Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw SlipwayException.Invalid($"The body is not an object with one of: {string.Join(", ", s_forms)}.");
        string? form = null;
        JsonElement value = default;
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals("params"u8))
                ReadParameters(property.Value);
            if (!s_forms.Contains(property.Name))
                continue;
            if (form is not null)
                throw SlipwayException.Invalid($"The body has both '{form}' and '{property.Name}'; send one of them.");
            (form, value) = (property.Name, property.Value);
        }

        if (form is null)
            throw SlipwayException.Invalid($"The body has none of: {string.Join(", ", s_forms)}.");
        if (value.ValueKind == JsonValueKind.Object && (form == "inputs" || (form == "input_data" && HasTensors(value))))
            ReadColumns(value, form);
        else if (value.ValueKind == JsonValueKind.Object && form is ("dataframe_split" or "input_data"))
            ReadSplit(value, form);
        else
            ReadRows(value, form);
    }

    private void ReadParameters(JsonElement parameters)
    {
        if (parameters.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw SlipwayException.Invalid("'params' is not an object.");
        slot.Parameters = parameters.ValueKind == JsonValueKind.Null ? null : JsonMarshal.GetRawUtf8Value(parameters).ToArray();
    }

    // Azure ML's input_data is a table or, in place of its columns and rows, tensors by name.
    private bool HasTensors(JsonElement value) => !value.TryGetProperty("columns", out _)
        && (!value.TryGetProperty("data", out _) || (_columns.Find("data") is not null && !value.TryGetProperty("index", out _)));

    // {"columns":["a","b"],"data":[[1,2]]}
    private void ReadSplit(JsonElement split, string form)
    {
        if (!split.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            throw SlipwayException.Invalid($"'{form}' has no list 'data'.");
        var targets = split.TryGetProperty("columns", out var columns) ? Targets(columns, form) : null;
        ReadLists(data, targets ?? slot.Model.Inputs);
    }

    private TensorPlan?[] Targets(JsonElement columns, string form)
    {
        if (columns.ValueKind != JsonValueKind.Array || columns.EnumerateArray().Any(column => column.ValueKind != JsonValueKind.String))
            throw SlipwayException.Invalid($"'columns' of '{form}' is not a list of names.");
        var names = columns.EnumerateArray().Select(column => column.GetString()!).ToList();
        var targets = new TensorPlan?[names.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = _columns.Find(names[i]);
            if (targets[i] is not null && names.IndexOf(names[i]) != i)
                throw SlipwayException.Invalid($"Column '{names[i]}' is given twice.");
        }

        var missing = slot.Model.Inputs.FirstOrDefault(input => !targets.Contains(input) && !slot.Model.IsOptional(input));
        return missing is null
            ? targets
            : throw SlipwayException.Invalid($"Column '{missing.Name}' ({missing.DataType}) is missing.{Nearest.Hint(missing.Name, names)}");
    }

    private void ReadLists(JsonElement data, TensorPlan?[] targets)
    {
        _columns.Begin(data.GetArrayLength(), maxRows);
        foreach (var target in targets)
        {
            if (target is not null)
                slot.Give(target);
        }

        var row = 0;
        foreach (var values in data.EnumerateArray())
        {
            if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() != targets.Length)
                throw SlipwayException.Invalid($"Row {row} is not a list of {targets.Length} values.");
            var place = 0;
            foreach (var value in values.EnumerateArray())
            {
                if (targets[place++] is { } target)
                    _columns.Set(target, row, value);
            }

            row++;
        }
    }

    // Objects by column; or, for a model of one input, its rows; or lists in the order of the inputs.
    private void ReadRows(JsonElement rows, string form)
    {
        if (rows.ValueKind != JsonValueKind.Array)
            throw SlipwayException.Invalid($"'{form}' is not a list of rows.");
        if (rows.GetArrayLength() > 0 && rows[0].ValueKind == JsonValueKind.Object)
            ReadRecords(rows, form);
        else if (slot.Model.Inputs is [var only] && form != "dataframe_split")
            ReadColumn(only, rows);
        else
            ReadLists(rows, slot.Model.Inputs);
    }

    private void ReadRecords(JsonElement rows, string form)
    {
        _columns.Begin(rows.GetArrayLength(), maxRows);
        var seen = new int[slot.Model.Inputs.Length];
        var row = 0;
        foreach (var record in rows.EnumerateArray())
        {
            if (record.ValueKind != JsonValueKind.Object)
                throw SlipwayException.Invalid($"Row {row} of '{form}' is not an object.");
            foreach (var property in record.EnumerateObject())
            {
                if (_columns.Find(property.Name) is not { } input)
                    continue;
                if (seen[input.Index]++ != row)
                    throw SlipwayException.Invalid($"Column '{input.Name}', row {row} is given twice.");
                _columns.Set(input, row, property.Value);
            }

            row++;
            foreach (var input in slot.Model.Inputs)
            {
                if (seen[input.Index] == row)
                    continue;
                _columns.SetMissing(input, row - 1);
                seen[input.Index] = row;
            }
        }

        Array.Fill(slot.Given, true);
    }

    // {"a":[1,2],"b":["x","y"]}
    private void ReadColumns(JsonElement columns, string form)
    {
        foreach (var column in columns.EnumerateObject())
        {
            if (_columns.Find(column.Name) is not { } input)
                continue;
            if (column.Value.ValueKind != JsonValueKind.Array)
                throw SlipwayException.Invalid($"'{column.Name}' of '{form}' is not a list of rows.");
            ReadColumn(input, column.Value);
        }

        if (slot.Rows == 0)
            throw SlipwayException.Invalid($"'{form}' has none of the model's inputs: {RequestText.Names(slot.Model.Inputs)}.");
    }

    private void ReadColumn(TensorPlan input, JsonElement rows)
    {
        var count = rows.GetArrayLength();
        if (slot.Rows == 0)
            _columns.Begin(count, maxRows);
        else if (slot.Rows != count)
            throw SlipwayException.Invalid($"'{input.Name}' has {count} rows, but the inputs before it have {slot.Rows}.");
        slot.Give(input);
        var row = 0;
        foreach (var value in rows.EnumerateArray())
            _columns.Set(input, row++, value);
    }
}
