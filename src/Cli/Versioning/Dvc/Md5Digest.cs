using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>MD5 as DVC names contents; it proves nothing against an attacker, and our own store does not use it.</summary>
[SuppressMessage("Security", "CA5351", Justification = "It is the name that DVC gives contents.")]
internal static class Md5Digest
{
    // As much of a file as DVC before 3 looked at to tell whether it is text.
    private const int Looked = 512;

    public static string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));

    public static async Task<string> OfFileAsync(string path, CancellationToken ct)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await MD5.HashDataAsync(stream, ct));
    }

    /// <summary>Whether a file has the digest; of a text also when its line ends are made Unix's, as before DVC 3.</summary>
    public static async Task<bool> MatchesAsync(string path, string md5, bool isLegacy, CancellationToken ct)
    {
        if (await OfFileAsync(path, ct) == md5)
            return true;
        if (!isLegacy)
            return false;

        var content = await File.ReadAllBytesAsync(path, ct);
        return !content.AsSpan(0, Math.Min(Looked, content.Length)).Contains((byte)0) && Of(WithUnixLineEnds(content)) == md5;
    }

    private static byte[] WithUnixLineEnds(byte[] content) =>
        [.. content.Where((value, i) => value != '\r' || i + 1 == content.Length || content[i + 1] != '\n')];
}
