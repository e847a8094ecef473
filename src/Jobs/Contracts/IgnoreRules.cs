using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Jobs.Contracts;

/// <summary>The patterns of an .amlignore or .gitignore (https://git-scm.com/docs/gitignore). The last one that fits decides.</summary>
public sealed class IgnoreRules
{
    // What no job needs: version control, caches, the ignore files themselves.
    private static readonly string[] s_always = [".git", "__pycache__/", ".ipynb_checkpoints/", ".azureml/", ".amlignore", ".gitignore"];

    private static readonly string[] s_files = [".amlignore", ".gitignore"];

    private readonly List<Rule> _rules;

    private IgnoreRules(IEnumerable<string> lines) => _rules = [.. lines.Select(Rule.Parse).OfType<Rule>()];

    /// <summary>The patterns of a text, a line each.</summary>
    public static IgnoreRules Parse(string text) => new(text.ReplaceLineEndings("\n").Split('\n').Concat(s_always));

    /// <summary>The rules of a folder: its .amlignore, else its .gitignore.</summary>
    public static IgnoreRules Of(string folder) =>
        Of(name => File.Exists(Path.Combine(folder, name)) ? File.ReadAllText(Path.Combine(folder, name)) : null);

    /// <param name="open">The text of a file of the folder; null when there is none.</param>
    public static IgnoreRules Of(Func<string, string?> open) => Parse(s_files.Select(open).FirstOrDefault(text => text is not null) ?? "");

    /// <summary>Whether the rules exclude it.</summary>
    /// <param name="path">From the folder of the rules, with '/'. Nothing below an ignored folder is asked for.</param>
    public bool Ignores(string path, bool isFolder) =>
        _rules.LastOrDefault(rule => (isFolder || !rule.FoldersOnly) && rule.Pattern.IsMatch(path)) is { IsException: false };

    private sealed record Rule(Regex Pattern, bool IsException, bool FoldersOnly)
    {
        public static Rule? Parse(string line)
        {
            var text = line.EndsWith("\\ ", StringComparison.Ordinal) ? line : line.TrimEnd(' ', '\t');
            if (text.Length == 0 || text[0] == '#')
                return null;
            var isException = text[0] == '!';
            text = isException ? text[1..] : text;
            var foldersOnly = text.EndsWith('/');
            text = text.TrimEnd('/');
            var isAnchored = text.Contains('/', StringComparison.Ordinal);
            text = text.TrimStart('/');
            try
            {
                return text.Length == 0 ? null : new Rule(Compile(text, isAnchored), isException, foldersOnly);
            }
            catch (RegexParseException)
            {
                // As for git: a pattern such as [z-a] fits nothing.
                return null;
            }
        }

        private static Regex Compile(string glob, bool isAnchored)
        {
            var pattern = new StringBuilder(isAnchored ? @"\A" : @"\A(?:.*/)?");
            for (var at = 0; at < glob.Length; at++)
            {
                if (glob[at..].StartsWith("**/", StringComparison.Ordinal) && (at == 0 || glob[at - 1] == '/'))
                {
                    pattern.Append("(?:.*/)?");
                    at += 2;
                }
                else if (glob[at..] == "**")
                {
                    pattern.Append(".*");
                    at++;
                }
                else
                {
                    at = Character(glob, at, pattern);
                }
            }

            return new Regex(pattern.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }

        /// <summary>Translates what stands here; returns where it ends.</summary>
        private static int Character(string glob, int at, StringBuilder pattern)
        {
            var end = glob[at] == '[' ? glob.IndexOf(']', Math.Min(at + 2, glob.Length)) : -1;
            if (end > 0)
            {
                var inside = glob[(at + 1)..end].Replace("\\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
                pattern.Append('[').Append(inside[0] is '!' or '^' ? "^" + inside[1..] : inside).Append(']');
                return end;
            }

            if (glob[at] == '\\' && at + 1 < glob.Length)
                at++;
            else if (glob[at] is '*' or '?')
                return Append(pattern, glob[at] == '*' ? "[^/]*" : "[^/]", at);
            return Append(pattern, Regex.Escape(glob[at].ToString()), at);
        }

        private static int Append(StringBuilder pattern, string text, int at)
        {
            pattern.Append(text);
            return at;
        }
    }
}
