using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Reads inference.ModelInferRequest out of the received bytes into a slot, without objects in between.</summary>
internal static class ModelInferReader
{
    /// <summary>Which model and version the request names; null where it does not.</summary>
    public static (string? Model, string? Version) Target(ReadOnlySpan<byte> message)
    {
        string? model = null, version = null;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                model = NullIfEmpty(reader.Text("'model_name'"));
            else if (reader.Field == 2)
                version = NullIfEmpty(reader.Text("'model_version'"));
        }

        return (model, version);
    }

    public static void Read(ReadOnlySpan<byte> message, ScoringSlot slot, int maxRows)
    {
        var (inputs, outputs, raws) = (0, 0, 0);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3 when reader.Bytes.Length > 0:
                    slot.RequestId = reader.Text("'id'");
                    RequestNames.CheckId(slot.RequestId);
                    break;
                case 4:
                    slot.EventTime = InferParameters.EventTime(reader.Inner("A parameter")) ?? slot.EventTime;
                    break;
                case 5:
                    ReadInput(reader.Inner("An input"), slot, inputs++, maxRows);
                    break;
                case 6:
                    if (outputs++ == 0)
                        Array.Clear(slot.Wanted);
                    ReadOutput(reader.Inner("An output"), slot);
                    break;
                case 7:
                    raws++;
                    break;
            }
        }

        if (inputs == 0)
            throw SlipwayException.Invalid($"The request has no inputs. The model takes: {RequestText.Names(slot.Model.Inputs)}.");
        slot.IsRaw = raws > 0;
        if (raws > 0)
            ReadRaws(message, slot, inputs, raws);
        else
            CheckContents(slot, inputs);
        slot.CheckComplete();
    }

    // Without this, an input that brings no values would have those of the request before it.
    private static void CheckContents(ScoringSlot slot, int inputs)
    {
        foreach (var input in slot.Order.AsSpan(0, inputs))
        {
            if (!input.HasContents)
                throw SlipwayException.Invalid($"Input '{slot.Model.Inputs[input.Index].Name}' has neither contents nor raw_input_contents.");
        }
    }

    private static void ReadRaws(ReadOnlySpan<byte> message, ScoringSlot slot, int inputs, int raws)
    {
        if (raws != inputs)
            throw SlipwayException.Invalid($"The request has {inputs} inputs and {raws} raw_input_contents; each input has one, in the same order.");
        var reader = new ProtoReader(message);
        var place = 0;
        while (reader.Next())
        {
            if (reader.Field != 7)
                continue;
            var input = slot.Order[place++];
            if (input.HasContents)
                throw SlipwayException.Invalid($"Input '{slot.Model.Inputs[input.Index].Name}' has both contents and raw_input_contents.");
            RawTensor.Read(slot, slot.Model.Inputs[input.Index], input.Elements, reader.Inner("raw_input_contents"));
        }
    }

    private static void ReadInput(ReadOnlySpan<byte> message, ScoringSlot slot, int place, int maxRows)
    {
        TensorPlan? input = null;
        ReadOnlySpan<byte> dataType = default, contents = default;
        var (rank, hasContents) = (0, false);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    input = Find(ref reader, slot.Model.Inputs, "input", place);
                    break;
                case 2:
                    dataType = reader.Inner("'datatype'");
                    break;
                case 3:
                    ReadShape(ref reader, slot, ref rank);
                    break;
                case 5:
                    contents = reader.Inner("'contents'");
                    hasContents = true;
                    break;
            }
        }

        if (input is null)
            throw SlipwayException.Invalid("An input has no name.");
        slot.Give(input);
        if (!dataType.SequenceEqual(input.Utf8DataType))
        {
            throw SlipwayException.Invalid(
                $"Input '{input.Name}' is of datatype {input.DataType}, not '{RequestText.Shorten(System.Text.Encoding.UTF8.GetString(dataType))}'.");
        }

        var elements = InputShape.Accept(slot, input, slot.Shape.AsSpan(0, rank), maxRows);
        slot.Order[place] = (input.Index, elements, hasContents);
        if (hasContents)
            TypedContents.Read(slot, input, elements, contents);
    }

    private static void ReadShape(ref ProtoReader reader, ScoringSlot slot, ref int rank)
    {
        if (!reader.IsBytes)
        {
            Add(reader.Number, ref rank);
            return;
        }

        var packed = reader.Bytes;
        while (!packed.IsEmpty)
            Add(ProtoReader.Varint(ref packed), ref rank);

        void Add(ulong dim, ref int at)
        {
            if (at == ScoringSlot.MaxRank)
                throw SlipwayException.Invalid($"The shape of an input has more than {ScoringSlot.MaxRank} dimensions.");
            if ((long)dim < 0)
                throw SlipwayException.Invalid($"The shape of an input holds {(long)dim}; dimensions are from 0 on.");
            slot.Shape[at++] = (long)dim;
        }
    }

    private static void ReadOutput(ReadOnlySpan<byte> message, ScoringSlot slot)
    {
        TensorPlan? output = null;
        var classes = 0;
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == 1)
                output = Find(ref reader, slot.Model.Outputs, "output", 0);
            else if (reader.Field == 2)
                classes = InferParameters.Classes(reader.Inner("A parameter")) ?? classes;
        }

        slot.Want(output ?? throw SlipwayException.Invalid("An output has no name."), binary: null, classes);
    }

    private static TensorPlan Find(ref ProtoReader reader, TensorPlan[] plans, string what, int guess)
    {
        var name = reader.Inner("A name");
        if (guess < plans.Length && name.SequenceEqual(plans[guess].Utf8Name))
            return plans[guess];
        foreach (var plan in plans)
        {
            if (name.SequenceEqual(plan.Utf8Name))
                return plan;
        }

        var text = RequestText.Shorten(reader.Text("A name"));
        throw SlipwayException.Invalid(
            $"The model has no {what} '{text}'.{Nearest.Hint(text, plans.Select(plan => plan.Name))} It has: {RequestText.Names(plans)}.");
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
