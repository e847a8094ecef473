using System.Globalization;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Reads one element of "inputs". The fields may come in any order; data that comes before its name and shape is
/// passed over and read afterwards.
/// </summary>
/// <param name="guess">Which input it most likely is: clients send them in the model's order.</param>
internal ref struct InputParser(ReadOnlySpan<byte> body, ScoringSlot slot, int maxRows, int guess)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly ScoringSlot _slot = slot;
    private readonly long[] _shape = slot.Shape;
    private int _rank = -1;
    private TensorPlan? _input;
    private string? _dataType;
    private bool _shapeIsChecked;
    private bool _hasData;
    private int _laterFrom;
    private int _laterLength;

    public void Read(scoped ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            ReadField(ref reader);

        if (_input is null)
            throw SlipwayException.Invalid("An element of 'inputs' has no 'name'.");
        if (_dataType is null)
            throw Missing("datatype");
        if (_rank < 0)
            throw Missing("shape");
        if (!_hasData)
            throw Missing("data");

        if (_laterLength > 0)
        {
            var later = new Utf8JsonReader(_body.Slice(_laterFrom, _laterLength));
            later.Read();
            ReadData(ref later);
        }
    }

    private void ReadField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("name"u8))
            ReadName(ref reader);
        else if (reader.ValueTextEquals("shape"u8))
            ReadShape(ref reader);
        else if (reader.ValueTextEquals("datatype"u8))
            ReadDataType(ref reader);
        else if (reader.ValueTextEquals("data"u8))
            TakeData(ref reader);
        else
            reader.Skip();
        CheckDataType();
    }

    private void ReadName(ref Utf8JsonReader reader)
    {
        if (_input is not null)
            throw Twice("name");
        reader.Read();
        _input = _slot.Model.Inputs[InferParser.Find(ref reader, _slot.Model.Inputs, "input", guess)];
        if (_slot.Given[_input.Index])
            throw SlipwayException.Invalid($"The input '{_input.Name}' is given twice.");
        _slot.Given[_input.Index] = true;
    }

    private void ReadDataType(ref Utf8JsonReader reader)
    {
        if (_dataType is not null)
            throw Twice("datatype");
        reader.Read();
        _dataType = _input is not null && reader.TokenType == JsonTokenType.String
                && reader.ValueTextEquals(_input.Utf8DataType)
            ? _input.DataType
            : InferParser.Text(ref reader, $"'datatype' of {Name}");
    }

    private readonly void CheckDataType()
    {
        if (_input is not null && _dataType is not null && _dataType != _input.DataType)
        {
            throw SlipwayException.Invalid(
                $"Input '{_input.Name}' is of datatype {_input.DataType}, not '{InferParser.Shorten(_dataType)}'.");
        }
    }

    private void ReadShape(ref Utf8JsonReader reader)
    {
        if (_rank >= 0)
            throw Twice("shape");
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw SlipwayException.Invalid($"'shape' of {Name} is not a list.");

        _rank = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var dim) || dim < 0)
                throw SlipwayException.Invalid($"'shape' of {Name} holds something that is no whole number from 0 on.");
            if (_rank == ScoringSlot.MaxRank)
                throw SlipwayException.Invalid($"'shape' of {Name} has more than {ScoringSlot.MaxRank} dimensions.");
            _shape[_rank++] = dim;
        }
    }

    private void TakeData(ref Utf8JsonReader reader)
    {
        if (_hasData)
            throw Twice("data");
        _hasData = true;
        reader.Read();
        if (_input is not null && _dataType is not null && _rank >= 0)
        {
            CheckDataType();
            ReadData(ref reader);
            return;
        }

        _laterFrom = checked((int)reader.TokenStartIndex);
        reader.Skip();
        _laterLength = checked((int)reader.BytesConsumed) - _laterFrom;
    }

    private void ReadData(ref Utf8JsonReader reader)
    {
        if (!_shapeIsChecked)
            CheckShape(_input!);
        new TensorData(_slot, _input!, _shape.AsSpan(0, _rank)).Read(ref reader);
    }

    // A list of numbers stands for a column of them: [N] for [N,1].
    private void CheckShape(TensorPlan input)
    {
        _shapeIsChecked = true;
        var given = _shape.AsSpan(0, _rank);
        var fits = given.Length == input.Shape.Length || (given.Length == 1 && input.HasRows && input.RowLength == 1);
        for (var i = input.HasRows ? 1 : 0; fits && i < given.Length; i++)
            fits = given[i] == input.Shape[i];
        if (!fits)
        {
            throw SlipwayException.Invalid(
                $"Input '{input.Name}' has shape {TensorPlan.ShapeText(input.Shape)}, not {TensorPlan.ShapeText(given)}.");
        }

        var rows = _slot.Model.FixedRows ?? given[0];
        if (rows == 0)
            throw SlipwayException.Invalid($"Input '{input.Name}' has no rows; send at least one.");
        if (rows > maxRows && _slot.Model.FixedRows is null)
        {
            throw new SlipwayException(
                ErrorCode.TooLarge,
                $"Input '{input.Name}' announces {rows.ToString(CultureInfo.InvariantCulture)} rows; a request has at most {maxRows}. Send them in parts.");
        }

        if (_slot.Rows == 0)
            _slot.SetRows((int)rows);
        else if (_slot.Rows != rows)
            throw SlipwayException.Invalid($"Input '{input.Name}' has {rows} rows, but the inputs before it have {_slot.Rows}.");
    }

    private readonly string Name => _input is null ? "an input" : $"input '{_input.Name}'";

    private readonly SlipwayException Missing(string field) =>
        SlipwayException.Invalid($"The input '{_input!.Name}' has no '{field}'.");

    private readonly SlipwayException Twice(string field) => SlipwayException.Invalid($"The fields of {Name} have '{field}' twice.");
}
