using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Slipway.Lake.Contracts;

/// <summary>Finds the line of a file that is no UTF-8: the engine tells it for some queries, and for others only stumbles.</summary>
internal static class ForeignText
{
    private const int BlockSize = 1 << 20;

    private static readonly string[] s_texts = [".csv", ".tsv", ".txt", ".json", ".ndjson", ".jsonl"];

    /// <summary>What is wrong with the first such line; null: there is none.</summary>
    /// <param name="names">The name of each file.</param>
    public static string? Find(IReadOnlyDictionary<string, string> names)
    {
        foreach (var (file, name) in names.Where(named => IsText(named.Value)))
        {
            using var content = TextFiles.Open(file, name);
            if (content is not null && Find(content) is var (line, octet))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"line {line} of {name} is not UTF-8 (it has the byte 0x{octet:X2}). Save it as UTF-8, or say its encoding: read_delimited of an MLTable, source.encoding of a dataflow.");
            }
        }

        return null;
    }

    private static bool IsText(string name) => s_texts.Any(text =>
        name.EndsWith(text, StringComparison.OrdinalIgnoreCase) || name.EndsWith(text + ".gz", StringComparison.OrdinalIgnoreCase));

    // No letter of several bytes holds the byte of a line's end, so whole lines can be looked at by themselves.
    private static (long Line, byte Octet)? Find(Stream content)
    {
        var block = new byte[BlockSize];
        var (lines, kept) = (0L, 0);
        while (true)
        {
            var filled = kept + content.ReadAtLeast(block.AsSpan(kept), block.Length - kept, throwOnEndOfStream: false);
            var isLast = filled < block.Length;
            var end = isLast ? filled : block.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (!Utf8.IsValid(block.AsSpan(0, end)))
                return At(block.AsSpan(0, end), lines);
            if (isLast)
                return null;
            lines += block.AsSpan(0, end).Count((byte)'\n');
            kept = filled - end;
            block.AsSpan(end, kept).CopyTo(block);
            if (kept == block.Length)
                Array.Resize(ref block, 2 * block.Length);
        }
    }

    private static (long Line, byte Octet) At(ReadOnlySpan<byte> text, long linesBefore)
    {
        var valid = 0;
        while (Rune.DecodeFromUtf8(text[valid..], out _, out var length) == System.Buffers.OperationStatus.Done)
            valid += length;
        return (linesBefore + text[..valid].Count((byte)'\n') + 1, text[valid]);
    }
}
