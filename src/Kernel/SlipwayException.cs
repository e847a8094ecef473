namespace Slipway.Kernel;

/// <summary>
/// The one exception that is shown to the caller: its message says what is wrong, where, and what to do.
/// Any other exception is a bug.
/// </summary>
public sealed class SlipwayException(ErrorCode code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public ErrorCode Code { get; } = code;

    /// <summary>"<paramref name="what"/> '<paramref name="name"/>' does not exist."</summary>
    public static SlipwayException NotFound(string what, string name) =>
        new(ErrorCode.NotFound, $"{what} '{name}' does not exist.");

    public static SlipwayException Invalid(string message) => new(ErrorCode.InvalidParameter, message);

    public static SlipwayException Conflict(string message) => new(ErrorCode.Conflict, message);
}
