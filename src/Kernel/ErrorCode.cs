namespace Slipway.Kernel;

/// <summary>What kind of refusal a <see cref="SlipwayException"/> is; each protocol maps it to its own status.</summary>
public enum ErrorCode
{
    /// <summary>The request, file or flag is wrong; the same call can never succeed. HTTP 400.</summary>
    InvalidParameter,

    /// <summary>Nobody is signed in. HTTP 401.</summary>
    Unauthenticated,

    /// <summary>The principal may not do this. HTTP 403.</summary>
    PermissionDenied,

    /// <summary>The named thing does not exist. HTTP 404.</summary>
    NotFound,

    /// <summary>A thing of this name exists already, with other content. HTTP 409.</summary>
    AlreadyExists,

    /// <summary>The thing's state does not allow this now. HTTP 409.</summary>
    Conflict,

    /// <summary>The body or a part of it is over its limit. HTTP 413.</summary>
    TooLarge,

    /// <summary>A quota, queue or rate is used up; try again later. HTTP 429.</summary>
    Exhausted,

    /// <summary>A part that is needed does not answer, or the server is stopping; try again later. HTTP 503.</summary>
    Unavailable,

    /// <summary>The disk or the store is full or refuses to write. HTTP 507.</summary>
    StorageFull,

    /// <summary>It took longer than it may. HTTP 504.</summary>
    Timeout,

    /// <summary>A documented part of a protocol that this server leaves out on purpose. HTTP 501.</summary>
    NotImplemented,

    /// <summary>A native engine (DuckDB, ONNX Runtime, XGBoost) refused; the message is the engine's own. HTTP 400.</summary>
    EngineFailed,

    /// <summary>Stored content is not what its digest says. HTTP 500.</summary>
    Corrupt,
}
