using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.MlTables;

/// <summary>
/// Columns from the paths of files, as Azure ML writes them: <c>{year}/{day:yyyy-MM-dd}/part.csv</c> makes the text year and the time
/// day of the end of a path.
/// </summary>
internal sealed partial class PartitionFormat
{
    private static readonly (string Text, string Part)[] s_timeParts =
        [("yyyy", "year"), ("MM", "month"), ("dd", "day"), ("HH", "hour"), ("mm", "minute"), ("ss", "second")];

    private readonly string _text;
    private readonly Regex _path;
    private readonly List<(string Name, string[]? TimeParts)> _columns = [];

    private PartitionFormat(string text)
    {
        _text = text;
        var path = new StringBuilder("(?:^|/)");
        var at = 0;
        var trimmed = text.Trim('/');
        foreach (Match column in Column().Matches(trimmed))
        {
            path.Append(Literal(trimmed[at..column.Index]));
            at = column.Index + column.Length;
            var format = column.Groups["format"];
            path.Append(format.Success ? Time(column.Groups["name"].Value, format.Value) : "([^/]+)");
            if (!format.Success)
                _columns.Add((column.Groups["name"].Value, null));
        }

        _path = new Regex(path.Append(Literal(trimmed[at..])).Append(@"\z").ToString(), RegexOptions.CultureInvariant);
    }

    /// <exception cref="SlipwayException">InvalidParameter: it names no column.</exception>
    public static PartitionFormat Parse(string text)
    {
        var format = new PartitionFormat(text);
        return format._columns.Count > 0
            ? format
            : throw SlipwayException.Invalid("it names no column, such as {year} or {day:yyyy/MM/dd}");
    }

    /// <summary>The columns of a file's rows, as SQL: "'2001' as \"year\"".</summary>
    public IEnumerable<string> Columns(string path)
    {
        var match = _path.Match(path);
        if (!match.Success)
            throw SlipwayException.Invalid($"{MlTable.FileName}: the path '{path}' does not end as the partition format '{_text}' says.");
        var group = 1;
        foreach (var (name, parts) in _columns)
        {
            var value = parts is null
                ? DuckDbSql.Literal(match.Groups[group++].Value)
                : Timestamp(path, parts.Select(part => (part, int.Parse(match.Groups[group++].Value, CultureInfo.InvariantCulture))).ToDictionary());
            yield return $"{value} as {DuckDbSql.Identifier(name)}";
        }
    }

    private string Timestamp(string path, Dictionary<string, int> parts)
    {
        int Part(string name, int absent) => parts.GetValueOrDefault(name, absent);
        try
        {
            var time = new DateTime(Part("year", 1), Part("month", 1), Part("day", 1), Part("hour", 0), Part("minute", 0), Part("second", 0), DateTimeKind.Utc);
            return $"timestamp '{time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)}'";
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"{MlTable.FileName}: the path '{path}' holds no time where the partition format '{_text}' has one.", exception);
        }
    }

    // "yyyy/MM/dd" → "(\d{4})/(\d{2})/(\d{2})"
    private string Time(string name, string format)
    {
        var regex = new StringBuilder();
        var parts = new List<string>();
        for (var i = 0; i < format.Length;)
        {
            var (text, part) = Array.Find(s_timeParts, known => format.AsSpan(i).StartsWith(known.Text, StringComparison.Ordinal));
            if (text is null)
            {
                regex.Append(Regex.Escape(format[i++].ToString()));
                continue;
            }

            regex.Append(CultureInfo.InvariantCulture, $@"(\d{{{text.Length}}})");
            parts.Add(part);
            i += text.Length;
        }

        if (!parts.Contains("year") || parts.Distinct().Count() < parts.Count)
            throw SlipwayException.Invalid($"'{format}' is no form of a time: it has yyyy and, if wanted, MM, dd, HH, mm and ss, each once");
        _columns.Add((name, [.. parts]));
        return regex.ToString();
    }

    private static string Literal(string text) => Regex.Escape(text).Replace(@"\*", "[^/]*", StringComparison.Ordinal);

    [GeneratedRegex(@"\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:(?<format>[^{}]+))?\}")]
    private static partial Regex Column();
}
