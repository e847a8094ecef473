using System.Text;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>The cells of a CSV text, line by line; empty lines are passed over. No more than a line is in memory.</summary>
internal sealed class CsvLines(string text)
{
    private readonly StringBuilder _cell = new();
    private int _at;
    private int _line = 1;

    /// <summary>The cells of the next line; false at the end.</summary>
    /// <param name="most">More cells than this are refused.</param>
    public bool Next(List<string> cells, int most)
    {
        cells.Clear();
        var any = false;
        for (; _at < text.Length; _at++)
        {
            var letter = text[_at];
            any |= letter is not ('\r' or '\n');
            if (letter == '"' && _cell.Length == 0)
                ReadQuoted();
            else if (letter == ',')
                EndCell(cells, most);
            else if (letter != '\n')
                Append(letter);
            else if (EndsLine(any))
                break;
        }

        if (any)
            EndCell(cells, most);
        return any;
    }

    /// <summary>How many lines are left.</summary>
    /// <param name="most">A line with more cells is refused.</param>
    public int CountRest(int most)
    {
        var (at, line, lines) = (_at, _line, 0);
        var passed = new List<string>();
        while (Next(passed, most))
            lines++;
        (_at, _line) = (at, line);
        return lines;
    }

    private bool EndsLine(bool any)
    {
        _line++;
        _at += any ? 1 : 0;
        return any;
    }

    private void Append(char letter)
    {
        if (letter != '\r')
            _cell.Append(letter);
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

        throw SlipwayException.Invalid($"A quote in line {_line} of the CSV does not end.");
    }

    private void EndCell(List<string> cells, int most)
    {
        if (cells.Count == most)
            throw SlipwayException.Invalid($"Line {_line} of the CSV has more than {most} cells.");
        cells.Add(_cell.ToString());
        _cell.Clear();
    }
}
