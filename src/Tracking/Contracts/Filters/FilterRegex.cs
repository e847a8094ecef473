using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Data;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>
/// The regular expressions that filters take: what .NET and PostgreSQL have in common, written out for each so that they
/// match alike. \d, \w and \s are those of ASCII, '.' is any character, '^' and '$' are the ends of the text.
/// </summary>
public sealed partial class FilterRegex
{
    /// <summary>In linear time: a user's pattern cannot hold a thread for hours.</summary>
    public const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant;

    // PostgreSQL repeats at most so often.
    private const int MostRepeats = 255;

    private readonly string _pattern;
    private readonly StringBuilder _common = new();
    private int _at;

    private FilterRegex(string pattern) => _pattern = pattern;

    /// <summary>What a dialect calls the same expression.</summary>
    public static string For(Dialect dialect, string pattern) =>
        new FilterRegex(pattern).Translate(dialect.Provider == DatabaseProvider.Postgres ? "$" : @"\z");

    /// <summary>Why the pattern is refused; null when it is fine.</summary>
    public static string? Refusal(string pattern)
    {
        try
        {
            _ = new Regex(new FilterRegex(pattern).Translate(@"\z"), Options);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or FormatException)
        {
            return exception.Message;
        }
    }

    private string Translate(string end)
    {
        for (_at = 0; _at < _pattern.Length; _at++)
        {
            var c = _pattern[_at];
            switch (c)
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(' when Follows("?:") || (_at == 0 && Follows("?i)")):
                case '|' or '^' or '(' when Follows("*") || Follows("+") || (Follows("?") && !Follows("?:")) || Follows("{"):
                    Opening(c);
                    break;
                case '{':
                    Repeats();
                    break;
                case ']' or '}':
                    throw Refused($@"a literal '{c}' is written '\{c}'");
                case '$' when Follows("*") || Follows("+") || Follows("?") || Follows("{"):
                    throw Refused("'$' cannot be repeated");
                default:
                    _common.Append(c == '$' ? end : c.ToString());
                    break;
            }
        }

        return _common.ToString();
    }

    private void Opening(char c)
    {
        if (c != '(' || !(Follows("?:") || (_at == 0 && Follows("?i)"))))
        {
            throw Refused(c == '(' && Follows("?")
                ? "of the groups with (? only (?:…) is known, and (?i) at the beginning"
                : $"nothing is there to repeat after '{c}'");
        }

        _common.Append("(?").Append(_pattern[_at + 2]);
        _at += 2;
    }

    private void Class()
    {
        _common.Append('[');
        if (Follows("^"))
        {
            _common.Append('^');
            _at++;
        }

        if (Follows("]"))
            throw Refused(@"a class is empty; a literal ']' is written '\]'");
        for (_at++; _at < _pattern.Length && _pattern[_at] != ']'; _at++)
        {
            if (_pattern[_at] == '[')
                throw Refused(@"a literal '[' in a class is written '\['");
            if (_pattern[_at] == '\\')
                Escape(inClass: true);
            else
                _common.Append(_pattern[_at]);
        }

        if (_at == _pattern.Length)
            throw Refused("a class is not closed by ']'");
        _common.Append(']');
    }

    private void Escape(bool inClass)
    {
        if (++_at == _pattern.Length)
            throw Refused("it ends with a backslash");
        var c = _pattern[_at];
        var (members, isNegated) = (Members(char.ToLowerInvariant(c)), char.IsAsciiLetterUpper(c));
        if (members is not null && !(isNegated && inClass))
            _common.Append(inClass ? members : $"[{(isNegated ? "^" : "")}{members}]");
        else if (c is 'n' or 'r' or 't' || !char.IsLetterOrDigit(c))
            _common.Append('\\').Append(c);
        else
            throw Refused($@"'\{c}' is not known{(inClass ? " in a class" : "")}; of the escapes there are \d, \w, \s, \n, \r, \t and those of signs");
    }

    private static string? Members(char letter) => letter switch
    {
        'd' => "0-9",
        'w' => "A-Za-z0-9_",
        's' => @" \t\n\r\f\v",
        _ => null,
    };

    private void Repeats()
    {
        var match = Repetition.Match(_pattern, _at);
        var counts = match.Groups.Values.Skip(1).Where(group => group.Length > 0)
            .Select(group => int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        if (!match.Success || _at == 0 || counts.Exists(count => count > MostRepeats))
            throw Refused($@"'{{' begins a count such as {{2}} or {{1,3}}, to {MostRepeats}; a literal one is written '\{{'");
        _common.Append(match.ValueSpan);
        _at += match.Length - 1;
    }

    private bool Follows(string text) => string.CompareOrdinal(_pattern, _at + 1, text, 0, text.Length) == 0;

    private FormatException Refused(string reason) => new($"{reason} (character {_at + 1} of the expression)");

    [GeneratedRegex(@"\G\{([0-9]{1,4})(?:,([0-9]{0,4}))?\}")]
    private static partial Regex Repetition { get; }
}
