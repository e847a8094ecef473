using System.Text;

namespace Slipway.Training.Tables;

/// <summary>One string for each different text of a column: a category of half a million rows is not made half a million times.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private char[] _buffer = new char[256];

    public TextPool() => _lookup = _texts.GetAlternateLookup<ReadOnlySpan<char>>();

    public string Get(ReadOnlySpan<byte> utf8)
    {
        // UTF-8 never has fewer bytes than UTF-16 has characters.
        if (_buffer.Length < utf8.Length)
            _buffer = new char[utf8.Length];
        var text = _buffer.AsSpan(0, Encoding.UTF8.GetChars(utf8, _buffer));
        if (_lookup.TryGetValue(text, out var known))
            return known;

        var made = text.ToString();
        _texts.Add(made, made);
        return made;
    }
}
