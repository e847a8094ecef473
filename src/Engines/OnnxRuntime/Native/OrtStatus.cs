using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Turns a status of the engine into an exception with the engine's own words, and frees it.</summary>
internal static unsafe class OrtStatus
{
    // Of OrtErrorCode: the file is no protobuf, or a protobuf that is no model.
    public const int NoModel = 4;
    public const int InvalidProtobuf = 7;

    public static void Check(nint status)
    {
        if (status != 0)
            throw new SlipwayException(ErrorCode.EngineFailed, Take(status).Message);
    }

    public static (int Code, string Message) Take(nint status)
    {
        var code = OrtApi.GetErrorCode(status);
        var message = OrtApi.Text(OrtApi.GetErrorMessage(status));
        OrtApi.ReleaseStatus(status);
        return (code, message);
    }
}
