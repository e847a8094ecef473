using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>A set that is evaluated after every round.</summary>
public sealed record XgbWatch(string Name, XgbMatrix Matrix)
{
    internal static void CheckNames(IReadOnlyList<XgbWatch> watches)
    {
        if (watches.Count == 0)
            throw SlipwayException.Invalid("There is no set to evaluate; name at least one.");
        if (watches.FirstOrDefault(watch => watch.Name.Length == 0 || watch.Name.AsSpan().ContainsAny('\t', '\n', ':')) is { } bad)
            throw SlipwayException.Invalid($"'{bad.Name}' cannot name a watched set; use letters, digits, '-' and '_'.");
        if (watches.DistinctBy(watch => watch.Name).Count() != watches.Count)
            throw SlipwayException.Invalid("Two watched sets have the same name; rename one.");
    }
}
