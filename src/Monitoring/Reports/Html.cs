using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Slipway.Monitoring.Reports;

/// <summary>A page in the making. What stands in the holes of an interpolated string is data: it is encoded, and can be no markup.</summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new();

    /// <summary>Markup with data in its holes.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] Markup markup) => markup.End();

    public void AddStyle(string css) => _text.Append("<style>").Append(css).Append("</style>\n");

    public override string ToString() => _text.ToString();

    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly StringBuilder _text;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _text = html._text;
            _text.EnsureCapacity(_text.Length + literalLength + (formattedCount * 8));
        }

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? data) => _text.Append(HtmlEncoder.Default.Encode(data ?? ""));

        /// <summary>A coordinate.</summary>
        public void AppendFormatted(double place) => _text.Append(CultureInfo.InvariantCulture, $"{place:0.##}");

        public void AppendFormatted(long count) => _text.Append(CultureInfo.InvariantCulture, $"{count:N0}");

        public void End() => _text.Append('\n');
    }
}
