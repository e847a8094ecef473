using Slipway.Kernel;

namespace Slipway.Security.Contracts;

/// <summary>The modes of deleting a workspace by the names that requests give them.</summary>
public static class DeletionModes
{
    /// <param name="mode">SET_DEFAULT, set-default …; left out: the workspace must be empty.</param>
    public static WorkspaceDeletion Parse(string? mode) => mode?.Replace('-', '_').ToUpperInvariant() switch
    {
        null or "" or "RESTRICT" => WorkspaceDeletion.Restrict,
        "CASCADE" => WorkspaceDeletion.Cascade,
        "SET_DEFAULT" => WorkspaceDeletion.SetDefault,
        _ => throw SlipwayException.Invalid($"Invalid deletion mode '{mode}'. Must be one of: SET_DEFAULT, CASCADE, RESTRICT"),
    };
}
