using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Access;

/// <summary>A named set of permissions; roles are ordered, each grants what the one before it does.</summary>
internal sealed record Role(string Name, Permission Highest)
{
    public static IReadOnlyList<Role> All { get; } =
    [
        new("reader", Permission.Read),
        new("contributor", Permission.Write),
        new("approver", Permission.Approve),
        new("administrator", Permission.Administer),
    ];

    public static Role Parse(string text) =>
        All.FirstOrDefault(role => role.Name == text) ?? throw SlipwayException.Invalid(
            $"'{text}' is not a role.{Nearest.Hint(text, All.Select(role => role.Name))} " +
            $"Known: {string.Join(", ", All.Select(role => role.Name))}.");

    public bool Grants(Permission permission) => permission <= Highest;
}
