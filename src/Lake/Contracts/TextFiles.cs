using System.IO.Compression;

namespace Slipway.Lake.Contracts;

/// <summary>Opens files of text as the engine reads them.</summary>
internal static class TextFiles
{
    /// <summary>The unpacked bytes; null for zstd, which only the engine reads.</summary>
    /// <param name="file">Where it lies.</param>
    /// <param name="name">Its name, which tells how it is packed.</param>
    public static Stream? Open(string file, string name) =>
        name.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? null
        : name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress)
        : File.OpenRead(file);
}
