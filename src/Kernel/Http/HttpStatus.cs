namespace Slipway.Kernel.Http;

/// <summary>The HTTP status of each <see cref="ErrorCode"/> where a protocol does not say otherwise.</summary>
public static class HttpStatus
{
    public static int Of(ErrorCode code) => code switch
    {
        ErrorCode.InvalidParameter or ErrorCode.EngineFailed => 400,
        ErrorCode.Unauthenticated => 401,
        ErrorCode.PermissionDenied => 403,
        ErrorCode.NotFound => 404,
        ErrorCode.AlreadyExists or ErrorCode.Conflict => 409,
        ErrorCode.TooLarge => 413,
        ErrorCode.Exhausted => 429,
        ErrorCode.NotImplemented => 501,
        ErrorCode.Unavailable => 503,
        ErrorCode.Timeout => 504,
        ErrorCode.StorageFull => 507,
        _ => 500,
    };
}
