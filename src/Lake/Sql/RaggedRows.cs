using System.Globalization;
using System.Text;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>
/// Finds the row of a CSV file that has more or fewer fields than its header. The engine, which guesses the dialect, takes such
/// a file for one of a single column, and says nothing.
/// </summary>
internal static class RaggedRows
{
    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    /// <param name="table">The table.</param>
    /// <param name="columns">What the engine took its columns for.</param>
    /// <exception cref="SlipwayException">InvalidParameter: with the file, the line and both numbers of fields.</exception>
    public static void Refuse(LakeTable table, IEnumerable<string> columns)
    {
        var names = columns.ToList();
        var delimiter = names.Count == 1 ? Array.Find(s_delimiters, names[0].Contains) : '\0';
        if (delimiter == '\0' || !table.Expression.StartsWith("read_csv", StringComparison.Ordinal))
            return;
        foreach (var file in table.Files)
        {
            if (Find(file, delimiter) is var (line, fields, expected))
            {
                throw SlipwayException.Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The data cannot be read: line {line} of {table.Names.GetValueOrDefault(file, "the file")} has {fields} fields, and its header has {expected}."));
            }
        }
    }

    private static (long Line, int Fields, int Expected)? Find(string file, char delimiter)
    {
        // A compressed file shows nothing here, and its rows are as the engine read them.
        using var reader = new StreamReader(file, Encoding.UTF8);
        var (line, start, expected, fields, quoted) = (0L, 1L, 0, 1, false);
        while (reader.ReadLine() is { } text)
        {
            line++;
            foreach (var letter in text)
            {
                if (letter == '"')
                    quoted = !quoted;
                else if (letter == delimiter && !quoted)
                    fields++;
            }

            if (quoted)
                continue;
            if (expected == 0)
                expected = fields;
            else if (fields != expected && text.Length > 0)
                return (start, fields, expected);
            (fields, start) = (1, line + 1);
        }

        return null;
    }
}
