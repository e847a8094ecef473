using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>
/// The binary tensor data extension: JSON of a length that a header says, then the tensors' bytes in the order in which
/// the JSON names them. https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
/// </summary>
internal static class BinaryBody
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <summary>How much of the body is JSON: all of it without the header.</summary>
    public static int JsonLength(HttpRequest request, int bodyLength)
    {
        if (!request.Headers.TryGetValue(LengthHeader, out var text))
            return bodyLength;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bodyLength
            ? length
            : throw SlipwayException.Invalid(
                $"{LengthHeader} is '{RequestText.Shorten(text.ToString())}'; it says how many of the body's {bodyLength} bytes are JSON.");
    }

    /// <summary>Bytes behind the JSON of the answer.</summary>
    public static long Length(ScoringSlot slot)
    {
        var length = 0L;
        foreach (var output in slot.Model.Outputs)
        {
            if (slot.IsBinary(output))
                length += RawTensor.Length(slot.Shown(output));
        }

        return length;
    }

    public static void Write(ScoringSlot slot, IBufferWriter<byte> writer)
    {
        foreach (var output in slot.Model.Outputs)
        {
            if (slot.IsBinary(output))
                RawTensor.Write(slot.Shown(output), writer);
        }
    }
}
