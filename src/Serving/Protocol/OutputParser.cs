using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>Reads one element of "outputs": which output is wanted, and in which form.</summary>
internal readonly struct OutputParser(ScoringSlot slot)
{
    /// <summary>The reader stands on the start of the object, and afterwards on its end.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        var index = -1;
        var (binary, classes) = ((bool?)null, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                index = RequestText.Find(ref reader, slot.Model.Outputs, "output");
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                (binary, classes) = ReadParameters(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        if (index < 0)
            throw SlipwayException.Invalid("An element of 'outputs' has no 'name'.");
        slot.Want(slot.Model.Outputs[index], binary, classes);
    }

    private static (bool? Binary, int Classes) ReadParameters(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return (null, 0);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw SlipwayException.Invalid("'parameters' of an output is not an object.");
        var (binary, classes) = ((bool?)null, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("binary_data"u8))
                binary = RequestText.Flag(ref reader, "binary_data");
            else if (reader.ValueTextEquals("classification"u8))
                classes = ReadClasses(ref reader);
            else
                reader.Skip();
        }

        return (binary, classes);
    }

    private static int ReadClasses(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var classes) && classes >= 0
            ? classes
            : throw SlipwayException.Invalid("'classification' of an output is no whole number from 0 on.");
    }
}
