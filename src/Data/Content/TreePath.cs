using System.Text;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>What may be a path within a tree: it stays below the folder on every operating system.</summary>
internal static class TreePath
{
    private const int MaxBytes = 4096, MaxSegmentBytes = 255;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Check(string path)
    {
        if (path.Length == 0)
            throw Refuse(path, "it is empty");
        if (path.Contains('\0'))
            throw Refuse(path.Replace("\0", "\\0", StringComparison.Ordinal), "it contains NUL");
        if (path.Contains('\\'))
            throw Refuse(path, "it contains '\\', which separates folders on Windows; separate them with '/'");
        if (path[0] == '/' || (path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0])))
            throw Refuse(path, "it is absolute");
        if (ByteCount(path) > MaxBytes)
            throw Refuse(path[..100] + "...", $"it is longer than {MaxBytes} bytes");

        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or "." or "..")
                throw Refuse(path, "no part of it may be '', '.' or '..'");
            if (ByteCount(segment) > MaxSegmentBytes)
                throw Refuse(path, $"a part of it is longer than {MaxSegmentBytes} bytes");
        }
    }

    /// <summary>Nothing may be twice there, nor a file and a folder at once. The paths are sorted.</summary>
    public static void CheckFolders(IReadOnlyList<string> sorted)
    {
        var files = new HashSet<string>(sorted.Count, StringComparer.Ordinal);
        foreach (var path in sorted)
        {
            if (!files.Add(path))
                throw Refuse(path, "it is there twice");
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                // A shorter path sorts before those that go on from it, so it is in the set by now.
                if (files.Contains(path[..slash]))
                    throw Refuse(path, $"'{path[..slash]}' is a file");
            }
        }
    }

    private static int ByteCount(string path)
    {
        try
        {
            return s_strict.GetByteCount(path);
        }
        catch (EncoderFallbackException)
        {
            throw Refuse(path, "it is not Unicode text");
        }
    }

    private static SlipwayException Refuse(string path, string why) =>
        SlipwayException.Invalid($"'{path}' cannot be the path of a file in a tree: {why}.");
}
