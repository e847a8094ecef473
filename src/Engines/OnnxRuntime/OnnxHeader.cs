using System.Collections.Frozen;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// What the engine does not tell about a file: the versions of its operators. It is read over the graph, which is
/// skipped; and a file that is no model is refused here, in a sentence that the engine's parser does not have.
/// </summary>
internal sealed record OnnxHeader(long IrVersion, FrozenDictionary<string, long> Opsets)
{
    public static OnnxHeader Read(Stream stream, string source)
    {
        var opsets = new Dictionary<string, long>();
        var irVersion = 0L;
        var hasGraph = false;
        using var input = CodedInputStream.CreateWithLimits(stream, int.MaxValue, recursionLimit: 100);
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                var field = WireFormat.GetTagFieldNumber(tag);
                hasGraph |= field == ModelProto.GraphFieldNumber;
                if (field == ModelProto.IrVersionFieldNumber)
                {
                    irVersion = input.ReadInt64();
                }
                else if (field == ModelProto.OpsetImportFieldNumber)
                {
                    var opset = OperatorSetIdProto.Parser.ParseFrom(input.ReadBytes());
                    opsets[opset.Domain] = opset.Version;
                }
                else
                {
                    input.SkipLastField();
                }
            }
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw NoModel(source, exception);
        }

        return hasGraph && irVersion > 0 ? new(irVersion, opsets.ToFrozenDictionary()) : throw NoModel(source, null);
    }

    private static SlipwayException NoModel(string source, Exception? inner) => new(
        ErrorCode.EngineFailed,
        $"{source} is not an ONNX model, or only a part of one; give a file that was exported to ONNX.",
        inner);
}
