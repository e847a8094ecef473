using System.Globalization;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Monitoring.Series;

/// <summary>A line of a page: a value of a series. Without a time it is of now.</summary>
internal sealed record PageSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, DateTimeOffset? At);

/// <summary>
/// Reads the Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/):
/// <c>http_requests_total{method="post",code="200"} 1027 1395066363000</c>.
/// </summary>
internal static class PrometheusPage
{
    public static IEnumerable<PageSample> Read(string text)
    {
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.Trim(' ', '\t', '\r');
            if (line.Length > 0 && line[0] != '#')
                yield return new Line(line, index + 1).Read();
        }
    }

    private sealed class Line(string text, int number)
    {
        private int _at;

        public PageSample Read()
        {
            var name = Word(IsOfName);
            if (name.Length == 0 || char.IsAsciiDigit(name[0]))
                throw Wrong("a line begins with the name of a metric");
            Skip();
            var labels = _at < text.Length && text[_at] == '{' ? Labels() : [];
            var rest = text[_at..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            return rest.Length is 1 or 2
                ? new PageSample(name, labels, Number(rest[0]), rest.Length == 2 ? Time(rest[1]) : null)
                : throw Wrong("after the series comes its value, and maybe a time in milliseconds");
        }

        private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or ':';

        private Dictionary<string, string> Labels()
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal);
            _at++;
            while (true)
            {
                Skip();
                if (Take('}'))
                    return labels;
                var label = Word(IsOfName);
                Skip();
                if (label.Length == 0 || !Take('='))
                    throw Wrong("labels are written as {name=\"value\",…}");
                Skip();
                labels[label] = Quoted();
                Skip();
                if (!Take(',') && (_at >= text.Length || text[_at] != '}'))
                    throw Wrong("labels are written as {name=\"value\",…}");
            }
        }

        private string Quoted()
        {
            if (!Take('"'))
                throw Wrong("a label's value stands in quotes");
            var value = new StringBuilder();
            for (; _at < text.Length; _at++)
            {
                if (Take('"'))
                    return value.ToString();
                if (text[_at] == '\\' && _at + 1 < text.Length)
                    value.Append(text[++_at] == 'n' ? '\n' : text[_at]);
                else
                    value.Append(text[_at]);
            }

            throw Wrong("a quote is not closed");
        }

        private double Number(string word) => word switch
        {
            "+Inf" or "Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong($"'{word}' is not a number"),
        };

        private DateTimeOffset Time(string word) =>
            long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millis) && Math.Abs(millis) < 253_402_300_800_000
                ? millis.ToTime()
                : throw Wrong($"'{word}' is not a time in milliseconds");

        private string Word(Func<char, bool> belongs)
        {
            var from = _at;
            while (_at < text.Length && belongs(text[_at]))
                _at++;
            return text[from.._at];
        }

        private bool Take(char wanted)
        {
            if (_at >= text.Length || text[_at] != wanted)
                return false;
            _at++;
            return true;
        }

        private void Skip()
        {
            while (_at < text.Length && text[_at] is ' ' or '\t')
                _at++;
        }

        private SlipwayException Wrong(string what) =>
            SlipwayException.Invalid($"line {number}: {what}: '{(text.Length <= 80 ? text : text[..80] + "…")}'.");
    }
}
