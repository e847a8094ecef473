using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Reads one element of "inputs". The fields may come in any order; data that comes before its name and shape is
/// passed over and read afterwards.
/// </summary>
/// <param name="guess">Which input it most likely is: clients send them in the model's order.</param>
/// <param name="binary">What is left of the bytes behind the JSON.</param>
internal ref struct InputParser(ReadOnlySpan<byte> body, ReadOnlySpan<byte> binary, ScoringSlot slot, int maxRows, int guess)
{
    private readonly ReadOnlySpan<byte> _body = body;
    private readonly ReadOnlySpan<byte> _binary = binary;
    private readonly ScoringSlot _slot = slot;
    private readonly long[] _shape = slot.Shape;
    private int _rank = -1;
    private TensorPlan? _input;
    private string? _dataType;
    private long _binarySize = -1;
    private bool _hasData;
    private int _laterFrom;
    private int _laterLength;

    /// <summary>How many of the binary bytes this input took; the reader stands behind the element.</summary>
    public int Read(scoped ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            ReadField(ref reader);

        if (_input is null)
            throw SlipwayException.Invalid("An element of 'inputs' has no 'name'.");
        if (_dataType is null)
            throw Missing("datatype");
        if (_rank < 0)
            throw Missing("shape");
        if (_binarySize >= 0)
            return ReadBinary();
        if (!_hasData)
            throw Missing("data");

        if (_laterLength > 0)
        {
            var later = new Utf8JsonReader(_body.Slice(_laterFrom, _laterLength));
            later.Read();
            ReadData(ref later);
        }

        return 0;
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
        else if (reader.ValueTextEquals("parameters"u8))
            ReadParameters(ref reader);
        else
            reader.Skip();
        CheckDataType();
    }

    private void ReadName(ref Utf8JsonReader reader)
    {
        if (_input is not null)
            throw Twice("name");
        reader.Read();
        _input = _slot.Model.Inputs[RequestText.Find(ref reader, _slot.Model.Inputs, "input", guess)];
        _slot.Give(_input);
    }

    private void ReadDataType(ref Utf8JsonReader reader)
    {
        if (_dataType is not null)
            throw Twice("datatype");
        reader.Read();
        _dataType = _input is not null && reader.TokenType == JsonTokenType.String
                && reader.ValueTextEquals(_input.Utf8DataType)
            ? _input.DataType
            : RequestText.Text(ref reader, $"'datatype' of {Name}");
    }

    private readonly void CheckDataType()
    {
        if (_input is not null && _dataType is not null && _dataType != _input.DataType)
        {
            throw SlipwayException.Invalid(
                $"Input '{_input.Name}' is of datatype {_input.DataType}, not '{RequestText.Shorten(_dataType)}'.");
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
        InputShape.Accept(_slot, _input!, _shape.AsSpan(0, _rank), maxRows);
        new TensorData(_slot, _input!, _shape.AsSpan(0, _rank)).Read(ref reader);
    }

    private void ReadParameters(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw SlipwayException.Invalid($"'parameters' of {Name} is not an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("binary_data_size"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out _binarySize) || _binarySize < 0)
                throw SlipwayException.Invalid($"'binary_data_size' of {Name} is no whole number from 0 on.");
        }
    }

    private readonly int ReadBinary()
    {
        if (_hasData)
            throw SlipwayException.Invalid($"The fields of {Name} have both 'data' and 'binary_data_size'.");
        var elements = InputShape.Accept(_slot, _input!, _shape.AsSpan(0, _rank), maxRows);
        if (_binarySize > _binary.Length)
        {
            throw SlipwayException.Invalid(
                $"{Name} announces {_binarySize} binary bytes; {_binary.Length} are left in the body behind the JSON.");
        }

        RawTensor.Read(_slot, _input!, elements, _binary[..(int)_binarySize]);
        return (int)_binarySize;
    }

    private readonly string Name => _input is null ? "an input" : $"input '{_input.Name}'";

    private readonly SlipwayException Missing(string field) =>
        SlipwayException.Invalid($"The input '{_input!.Name}' has no '{field}'.");

    private readonly SlipwayException Twice(string field) => SlipwayException.Invalid($"The fields of {Name} have '{field}' twice.");
}
