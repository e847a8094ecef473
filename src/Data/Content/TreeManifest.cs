using System.Buffers;
using System.Text;

namespace Slipway.Data;

/// <summary>How the manifest of a tree is written. Also linked into the client, so that it refers to nothing but the system.</summary>
internal static class TreeManifest
{
    public const string Format = "slipway.tree/1";

    private static readonly SearchValues<char> s_escaped =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (char)code), '"', '\\']);

    /// <summary>JSON in the canonical form of RFC 8785.</summary>
    /// <param name="entries">In the order of <see cref="Compare"/>.</param>
    public static byte[] Write(IReadOnlyList<(string Path, string Digest, long Size)> entries)
    {
        var json = new StringBuilder(entries.Count * 160 + 64).Append("""{"entries":[""");
        for (var i = 0; i < entries.Count; i++)
        {
            var (path, digest, size) = entries[i];
            json.Append(i == 0 ? "" : ",").Append("""{"digest":""" + "\"").Append(digest).Append("\",\"path\":\"");
            Escape(path, json);
            json.Append("\",\"size\":").Append(size).Append('}');
        }

        return Encoding.UTF8.GetBytes(json.Append("],\"format\":\"").Append(Format).Append("\"}").ToString());
    }

    /// <summary>By code points, as every language can: UTF-16 order differs beyond the basic plane.</summary>
    public static int Compare(string a, string b)
    {
        var i = a.AsSpan().CommonPrefixLength(b);
        if (i == Math.Min(a.Length, b.Length))
            return a.Length - b.Length;
        if (char.IsSurrogate(a[i]) != char.IsSurrogate(b[i]))
            return char.IsSurrogate(a[i]) ? 1 : -1;
        return a[i] - b[i];
    }

    // RFC 8785, 3.2.2.2. The serializer's own encoders escape more than that.
    private static void Escape(string text, StringBuilder json)
    {
        if (!text.AsSpan().ContainsAny(s_escaped))
        {
            json.Append(text);
            return;
        }

        foreach (var c in text)
        {
            json.Append(c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\b' => @"\b",
                '\t' => @"\t",
                '\n' => @"\n",
                '\f' => @"\f",
                '\r' => @"\r",
                < ' ' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }
    }
}
