using Slipway.Kernel;
using Slipway.Serving.Inference;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Entries of inference.ModelInferRequest's maps of parameters: a key, and a value as InferParameter.</summary>
internal static class InferParameters
{
    // Fields of InferParameter.
    private const int Number = 2;
    private const int Text = 3;

    /// <summary>Null: the entry says something else.</summary>
    public static DateTimeOffset? EventTime(ReadOnlySpan<byte> entry)
    {
        if (!IsNamed(entry, "event_time"u8, out var value))
            return null;
        DateTimeOffset? time = null;
        var reader = new ProtoReader(value);
        while (reader.Next())
        {
            if (reader.Field == Text)
                time = RequestNames.EventTime(reader.Text("'event_time'"));
        }

        return time;
    }

    /// <summary>How many classes of an output are wanted; null: the entry says something else.</summary>
    public static int? Classes(ReadOnlySpan<byte> entry)
    {
        if (!IsNamed(entry, "classification"u8, out var value))
            return null;
        var reader = new ProtoReader(value);
        return reader.Next() && reader is { Field: Number, IsBytes: false, Number: <= int.MaxValue and var classes }
            ? (int)classes
            : throw SlipwayException.Invalid("'classification' of an output is no whole number from 0 on.");
    }

    private static bool IsNamed(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var isNamed = false;
        value = default;
        var reader = new ProtoReader(entry);
        while (reader.Next())
        {
            if (reader.Field == 1)
                isNamed = reader.Inner("A parameter's name").SequenceEqual(name);
            else if (reader.Field == 2)
                value = reader.Inner("A parameter's value");
        }

        return isNamed;
    }
}
