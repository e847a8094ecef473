using System.Text.Json;
using System.Text.Unicode;
using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Reads an inference request of the Open Inference Protocol into a slot, in one pass and without a document in between:
/// https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
/// Fields that the protocol does not know are passed over, as it asks.
/// </summary>
internal ref struct InferParser
{
    private readonly ScoringSlot _slot;
    private readonly int _maxRows;
    private readonly ReadOnlySpan<byte> _body;
    private readonly ReadOnlySpan<byte> _binary;
    private Utf8JsonReader _reader;
    private Fields _seen;
    private int _binaryRead;

    private InferParser(ReadOnlySpan<byte> body, ReadOnlySpan<byte> binary, ScoringSlot slot, int maxRows)
    {
        _body = body;
        _binary = binary;
        _slot = slot;
        _maxRows = maxRows;
        _reader = new Utf8JsonReader(body);
    }

    [Flags]
    private enum Fields
    {
        Id = 1,
        Parameters = 2,
        Inputs = 4,
        Outputs = 8,
    }

    /// <summary>Fills the slot, or refuses with one sentence: InvalidParameter, TooLarge.</summary>
    /// <param name="binary">What follows the JSON: bytes of tensors.</param>
    public static void Parse(ReadOnlySpan<byte> body, ReadOnlySpan<byte> binary, ScoringSlot slot, int maxRows)
    {
        if (!Utf8.IsValid(body))
            throw SlipwayException.Invalid("The body is not JSON: it is not UTF-8.");

        try
        {
            new InferParser(body, binary, slot, maxRows).ReadRequest();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: the name of a field such as "\ud800", half of a character.
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"The body is not JSON that can be read: {exception.Message}", exception);
        }
    }

    private void ReadRequest()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            throw SlipwayException.Invalid("The body is not a JSON object with 'inputs'.");

        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            ReadField();

        // The reader itself refuses what follows the object.
        _reader.Read();
        if ((_seen & Fields.Inputs) == 0)
            throw SlipwayException.Invalid($"The request has no 'inputs'. The model takes: {RequestText.Names(_slot.Model.Inputs)}.");
        if (_binaryRead != _binary.Length)
        {
            throw SlipwayException.Invalid(
                $"{_binary.Length - _binaryRead} bytes behind the JSON belong to no input; 'binary_data_size' says how many each has.");
        }

        _slot.CheckComplete();
    }

    private void ReadField()
    {
        if (_reader.ValueTextEquals("id"u8))
            ReadId();
        else if (_reader.ValueTextEquals("inputs"u8))
            ReadInputs();
        else if (_reader.ValueTextEquals("outputs"u8))
            ReadOutputs();
        else if (_reader.ValueTextEquals("parameters"u8))
            ReadParameters();
        else
            _reader.Skip();
    }

    private void Once(Fields field, string name)
    {
        if ((_seen & field) != 0)
            throw SlipwayException.Invalid($"The request says '{name}' twice.");
        _seen |= field;
        _reader.Read();
    }

    private void ReadId()
    {
        Once(Fields.Id, "id");
        _slot.RequestId = _reader.TokenType == JsonTokenType.Null ? null : RequestText.Text(ref _reader, "'id'");
        if (_slot.RequestId is { } id)
            RequestNames.CheckId(id);
    }

    private void ReadParameters()
    {
        Once(Fields.Parameters, "parameters");
        if (_reader.TokenType == JsonTokenType.Null)
            return;
        Expect(JsonTokenType.StartObject, "'parameters' is not an object.");
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals("event_time"u8))
                ReadEventTime();
            else if (_reader.ValueTextEquals("binary_data_output"u8))
                _slot.BinaryByDefault = RequestText.Flag(ref _reader, "binary_data_output");
            else
                _reader.Skip();
        }
    }

    private void ReadEventTime()
    {
        _reader.Read();
        _slot.EventTime = RequestNames.EventTime(RequestText.Text(ref _reader, "'event_time'"));
    }

    private void ReadInputs()
    {
        Once(Fields.Inputs, "inputs");
        Expect(JsonTokenType.StartArray, "'inputs' is not a list.");
        var expected = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.StartObject, "An element of 'inputs' is not an object.");
            var input = new InputParser(_body, _binary[_binaryRead..], _slot, _maxRows, expected);
            _binaryRead += input.Read(ref _reader);
            expected++;
        }
    }

    private void ReadOutputs()
    {
        Once(Fields.Outputs, "outputs");
        if (_reader.TokenType == JsonTokenType.Null)
            return;
        Expect(JsonTokenType.StartArray, "'outputs' is not a list.");
        Array.Clear(_slot.Wanted);
        var any = false;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(JsonTokenType.StartObject, "An element of 'outputs' is not an object.");
            new OutputParser(_slot).Read(ref _reader);
            any = true;
        }

        if (!any)
            Array.Fill(_slot.Wanted, true);
    }

    private readonly void Expect(JsonTokenType type, string message)
    {
        if (_reader.TokenType != type)
            throw SlipwayException.Invalid(message);
    }
}
