using System.Globalization;

namespace Slipway.Data;

/// <summary>
/// Digests by their first 64 bits, so that millions fit into memory. Two that are taken for one mean that a content is
/// kept for no reason, never that one is lost.
/// </summary>
internal sealed class DigestSet
{
    private readonly HashSet<ulong> _prefixes = [];

    public int Count => _prefixes.Count;

    public bool Add(Digest digest) => _prefixes.Add(PrefixOf(digest));

    public bool Contains(Digest digest) => _prefixes.Contains(PrefixOf(digest));

    private static ulong PrefixOf(Digest digest) =>
        ulong.Parse(digest.Hex.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
