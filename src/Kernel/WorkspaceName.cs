using System.Text.RegularExpressions;

namespace Slipway.Kernel;

/// <summary>The name of a workspace: the tenant that every row belongs to.</summary>
public sealed partial record WorkspaceName
{
    private WorkspaceName(string value) => Value = value;

    /// <summary>The workspace that exists from the start.</summary>
    public static WorkspaceName Default { get; } = new("default");

    public string Value { get; }

    public static WorkspaceName Parse(string text) => Pattern().IsMatch(text)
        ? new WorkspaceName(text)
        : throw SlipwayException.Invalid(
            $"'{text}' is not a workspace name: 2 to 63 lower-case letters, digits and '-', a letter or digit first and last, no '--'.");

    public override string ToString() => Value;

    [GeneratedRegex(@"\A(?!.*--)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]\z")]
    private static partial Regex Pattern();
}
