using System.Text.RegularExpressions;

namespace Slipway.Jobs.Definitions.Schema;

internal static partial class ComponentNames
{
    public static Shape Text { get; } =
        Shapes.Matching(Pattern(), "a name of 1 to 255 lower-case letters, digits and '_', a letter first");

    // '-' is not in the rule, and in published components all the same.
    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,254}\z")]
    private static partial Regex Pattern();
}
