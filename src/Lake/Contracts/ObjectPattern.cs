using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Lake.Contracts;

/// <summary>Paths with '*' (within a folder), '**' (over folders) and '?'.</summary>
public sealed class ObjectPattern
{
    private static readonly char[] s_wild = ['*', '?'];

    private readonly Regex? _regex;

    private ObjectPattern(string folder, Regex? regex)
    {
        Folder = folder;
        _regex = regex;
    }

    /// <summary>Where all that matches lies: "a/b/", or "" for everywhere.</summary>
    public string Folder { get; }

    /// <summary>"a/b/**/*.csv": what the pattern matches; "a/b" and "": all below.</summary>
    public static ObjectPattern OfFolder(string path)
    {
        var wild = path.IndexOfAny(s_wild);
        return wild < 0
            ? new ObjectPattern(path.Length == 0 ? "" : path + "/", null)
            : new ObjectPattern(path[..(path.LastIndexOf('/', wild) + 1)], Compile(path));
    }

    /// <summary>Whether the whole of the name is this text, with its wildcards.</summary>
    public static bool IsMatch(string pattern, string name) => Compile(pattern).IsMatch(name);

    public bool Matches(string name) => _regex?.IsMatch(name) ?? name.StartsWith(Folder, StringComparison.Ordinal);

    private static Regex Compile(string path)
    {
        var regex = new StringBuilder(@"\A");
        for (var i = 0; i < path.Length; i++)
        {
            if (path.AsSpan(i).StartsWith("**/"))
                (_, i) = (regex.Append("(.*/)?"), i + 2);
            else if (path.AsSpan(i).StartsWith("**"))
                (_, i) = (regex.Append(".*"), i + 1);
            else
                regex.Append(path[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
        }

        return new Regex(regex.Append(@"\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }
}
