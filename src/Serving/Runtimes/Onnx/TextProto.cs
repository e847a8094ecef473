using System.Globalization;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>A message in protobuf's text format, with fields as they are written: no schema. https://protobuf.dev/reference/protobuf/textformat-spec/</summary>
internal sealed class TextProto
{
    private const int MaxDepth = 32;

    private readonly List<(string Name, object Value)> _fields = [];

    /// <param name="source">What messages call the text.</param>
    public static TextProto Parse(string text, string source)
    {
        var reader = new Reader(text, source);
        return reader.Message(end: '\0', depth: 0);
    }

    /// <summary>The last value of a field that is a text, a number or a name.</summary>
    public string? Text(string name) => _fields.Where(field => field.Name == name).Select(field => field.Value).OfType<string>().LastOrDefault();

    public IEnumerable<TextProto> Messages(string name) => _fields.Where(field => field.Name == name).Select(field => field.Value).OfType<TextProto>();

    public IEnumerable<long> Numbers(string name) => _fields.Where(field => field.Name == name).Select(field => field.Value).OfType<string>().Select(text =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlipwayException.Invalid($"'{name}' is '{text}', which is no whole number."));

    private sealed class Reader(string text, string source)
    {
        private int _at;

        public TextProto Message(char end, int depth)
        {
            if (depth > MaxDepth)
                throw Wrong($"more than {MaxDepth} messages in each other");
            var message = new TextProto();
            for (var next = Peek(); next != end; next = Peek())
            {
                var name = Word();
                if (Peek() == ':')
                    _at++;
                Values(message, name, depth);
                if (Peek() is ',' or ';')
                    _at++;
            }

            if (end != '\0')
                _at++;
            return message;
        }

        private void Values(TextProto message, string name, int depth)
        {
            if (Peek() != '[')
            {
                message._fields.Add((name, Value(depth)));
                return;
            }

            for (_at++; Peek() != ']';)
            {
                message._fields.Add((name, Value(depth)));
                if (Peek() == ',')
                    _at++;
                else if (Peek() != ']')
                    throw Wrong("',' or ']' is missing");
            }

            _at++;
        }

        private object Value(int depth)
        {
            switch (Peek())
            {
                case '{':
                    _at++;
                    return Message('}', depth + 1);
                case '<':
                    _at++;
                    return Message('>', depth + 1);
                case '"' or '\'':
                    var joined = new StringBuilder();
                    while (Peek() is '"' or '\'')
                        joined.Append(Quoted());
                    return joined.ToString();
                default:
                    return Word();
            }
        }

        private string Quoted()
        {
            var quote = text[_at++];
            var from = _at;
            while (_at < text.Length && text[_at] != quote && text[_at] != '\n')
                _at += text[_at] == '\\' ? 2 : 1;
            if (_at >= text.Length || text[_at] != quote)
                throw Wrong("a text without its end");
            return text[from.._at++].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        }

        private string Word()
        {
            Peek();
            var from = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-' or '+' or '.'))
                _at++;
            return _at > from ? text[from.._at] : throw Wrong(_at < text.Length ? $"'{text[_at]}' is unexpected" : "it ends too early");
        }

        /// <summary>The next character that is no space and no comment; '\0' at the end.</summary>
        private char Peek()
        {
            while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] == '#'))
            {
                if (text[_at] != '#')
                    _at++;
                else
                    _at = text.IndexOf('\n', _at) is var line and >= 0 ? line : text.Length;
            }

            return _at < text.Length ? text[_at] : '\0';
        }

        private SlipwayException Wrong(string what) =>
            SlipwayException.Invalid($"{source}, line {text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1}: {what}.");
    }
}
