using System.Text;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>The cells of a CSV text, line by line; empty lines are passed over.</summary>
internal sealed class CsvLines(string text)
{
    private readonly List<List<string>> _lines = [];
    private readonly StringBuilder _cell = new();
    private List<string> _cells = [];
    private bool _any;
    private int _at;

    public List<List<string>> Read()
    {
        for (; _at < text.Length; _at++)
        {
            var letter = text[_at];
            _any |= letter is not ('\r' or '\n');
            if (letter == '"' && _cell.Length == 0)
                ReadQuoted();
            else if (letter == ',')
                EndCell();
            else if (letter == '\n')
                EndLine();
            else if (letter != '\r')
                _cell.Append(letter);
        }

        EndLine();
        return _lines;
    }

    // Ends on the closing quote; a doubled one stands for itself.
    private void ReadQuoted()
    {
        for (_at++; _at < text.Length; _at++)
        {
            if (text[_at] != '"')
                _cell.Append(text[_at]);
            else if (_at + 1 < text.Length && text[_at + 1] == '"')
                _cell.Append(text[_at++]);
            else
                return;
        }

        throw SlipwayException.Invalid($"A quote in line {_lines.Count + 1} of the CSV does not end.");
    }

    private void EndCell()
    {
        _cells.Add(_cell.ToString());
        _cell.Clear();
    }

    private void EndLine()
    {
        if (!_any)
            return;
        EndCell();
        _lines.Add(_cells);
        _cells = [];
        _any = false;
    }
}
