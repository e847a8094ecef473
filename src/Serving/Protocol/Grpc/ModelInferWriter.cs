using System.Buffers;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Writes inference.ModelInferResponse: what is small is built first, then the tensors follow from the engine's memory.</summary>
internal static class ModelInferWriter
{
    /// <summary>Builds everything but the raw tensors; returns the length of the whole message.</summary>
    public static long Build(ScoringSlot slot)
    {
        var head = slot.Message;
        head.Clear();
        head.Text(1, slot.Model.Name);
        head.Text(2, slot.Model.VersionText);
        head.Text(3, slot.RequestId!);
        // Raw to whoever sent raw tensors, and where a type has no list of its own.
        foreach (var output in slot.Model.Outputs)
            slot.IsRaw |= slot.Wanted[output.Index] && !TypedContents.Has(slot.Shown(output).ElementType);
        var length = 0L;
        foreach (var output in slot.Model.Outputs)
        {
            if (!slot.Wanted[output.Index])
                continue;
            WriteOutput(slot, output);
            if (slot.IsRaw)
            {
                var bytes = RawTensor.Length(slot.Shown(output));
                length += 1 + ProtoBuilder.VarintLength((ulong)bytes) + bytes;
            }
        }

        return head.Written.Length + length;
    }

    /// <summary>Writes what was built, and the raw tensors.</summary>
    public static void Write(ScoringSlot slot, IBufferWriter<byte> writer)
    {
        writer.Write(slot.Message.Written);
        if (!slot.IsRaw)
            return;
        foreach (var output in slot.Model.Outputs)
        {
            if (!slot.Wanted[output.Index])
                continue;
            var memory = slot.Shown(output);
            slot.Message.Clear();
            slot.Message.Begin(6, RawTensor.Length(memory));
            writer.Write(slot.Message.Written);
            RawTensor.Write(memory, writer);
        }
    }

    private static void WriteOutput(ScoringSlot slot, TensorPlan plan)
    {
        var output = slot.Shown(plan);
        var tensor = slot.Tensor;
        tensor.Clear();
        tensor.Bytes(1, plan.Utf8Name);
        tensor.Bytes(2, InferWriter.TypeOf(plan, output));
        foreach (var dim in output.Dims)
        {
            tensor.Varint(3 << 3);
            tensor.Varint((ulong)dim);
        }

        if (!slot.IsRaw)
        {
            slot.Contents.Clear();
            TypedContents.Write(output, slot.Contents);
            tensor.Bytes(5, slot.Contents.Written);
        }

        slot.Message.Bytes(5, tensor.Written);
    }
}
