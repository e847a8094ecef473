using System.Globalization;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>
/// Finds the row of a CSV file that has more or fewer fields than its header. The engine, which guesses the dialect, takes such
/// a file for one of a single column, and says nothing.
/// </summary>
public static class RaggedRows
{
    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    /// <summary>Only a CSV file may have such rows.</summary>
    public static bool MayHave(LakeTable table) => table.Expression.StartsWith("read_csv", StringComparison.Ordinal);

    /// <param name="table">The table.</param>
    /// <param name="columns">What the engine took its columns for.</param>
    /// <exception cref="SlipwayException">InvalidParameter: with the file, the line and both numbers of fields.</exception>
    public static void Refuse(LakeTable table, IEnumerable<string> columns)
    {
        var names = columns.ToList();
        if (!MayHave(table))
            return;

        // Without a header that fits, the engine begins where the rows are longest, and makes names up.
        var header = names switch
        {
            [var only] => only,
            ["column0", ..] => FirstLine(table),
            _ => "",
        };
        var delimiter = Array.Find(s_delimiters, header.Contains);
        if (delimiter != '\0')
            Refuse(table, delimiter);
    }

    /// <inheritdoc cref="Refuse(LakeTable, IEnumerable{string})"/>
    public static void Refuse(LakeTable table, char delimiter)
    {
        foreach (var file in table.Files)
        {
            var name = table.Names.GetValueOrDefault(file, "the file");
            if (Find(file, name, delimiter) is var (line, fields, expected))
            {
                throw SlipwayException.Invalid(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The data cannot be read: line {line} of {name} has {fields} fields, and its header has {expected}."));
            }
        }
    }

    private static (long Line, int Fields, int Expected)? Find(string file, string name, char delimiter)
    {
        using var reader = Open(file, name);
        if (reader is null)
            return null;
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

    private static string FirstLine(LakeTable table)
    {
        using var reader = Open(table.Files[0], table.Names.GetValueOrDefault(table.Files[0], ""));
        return reader?.ReadLine() ?? "";
    }

    // Without it the rows are as the engine read them.
    private static StreamReader? Open(string file, string name) =>
        TextFiles.Open(file, name) is { } content ? new StreamReader(content, Encoding.UTF8) : null;
}
