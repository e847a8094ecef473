using System.CommandLine;

namespace Slipway.Cli.CommandLine;

/// <summary>Long options by their beginnings, as az takes them: --dep for --deployment-name where no other option begins so.</summary>
internal static class Abbreviations
{
    public static ParseResult Parse(Command root, string[] args)
    {
        var parsed = root.Parse(args);
        var unknown = Misuses.Unknown(parsed).Where(token => token.StartsWith("--", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        if (unknown.Count == 0)
            return parsed;
        var options = parsed.CommandResult.Command.Options;
        string[] whole = [.. args.Select(word => Whole(word, unknown, options))];
        return whole.SequenceEqual(args) ? parsed : root.Parse(whole);
    }

    private static string Whole(string word, HashSet<string> unknown, IEnumerable<Option> options)
    {
        var name = word.Split('=', 2)[0];
        if (name.Length < 3 || !(unknown.Contains(word) || unknown.Contains(name)))
            return word;
        var meant = options.Where(option => option.Aliases.Prepend(option.Name).Any(alias => alias.StartsWith(name, StringComparison.Ordinal))).ToList();
        return meant is [var option] ? option.Name + word[name.Length..] : word;
    }
}
