using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>Percents by deployment, as they are written on a command line: "blue=90 green=10".</summary>
internal static class Shares
{
    public static Dictionary<string, int> Parse(string option, string text)
    {
        var shares = new Dictionary<string, int>();
        foreach (var part in text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [{ Length: > 0 } deployment, var percent] || !int.TryParse(percent, out var value))
                throw SlipwayException.Invalid($"{option}: '{part}' is not deployment=percent, such as blue=90.");
            if (!shares.TryAdd(deployment, value))
                throw SlipwayException.Invalid($"{option}: '{deployment}' is named twice.");
        }

        return shares;
    }

    /// <summary>
    /// What is not named keeps its share, as with az ml; where that would be more than all, what is named is meant to be everything.
    /// </summary>
    public static Dictionary<string, int> Over(IReadOnlyDictionary<string, int> before, Dictionary<string, int> named)
    {
        var merged = before.Where(share => !named.ContainsKey(share.Key)).Concat(named).ToDictionary();
        return merged.Values.Sum() is 0 or 100 || named.Values.Sum() is not (0 or 100) ? merged : named;
    }
}
