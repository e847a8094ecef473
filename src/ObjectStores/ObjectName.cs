using System.Text;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>What may name an object: a relative path that stays below its store.</summary>
public static class ObjectName
{
    private const int MaxBytes = 1024;

    public static string Check(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MaxBytes)
            throw Refuse(name, $"it has 1 to {MaxBytes} bytes");
        if (name.Any(char.IsControl) || name.Contains('\\'))
            throw Refuse(name, "it may hold no '\\' and no control characters");
        if (name.Split('/').Any(part => part is "" or "." or ".."))
            throw Refuse(name, "it is relative, and no part of it may be '', '.' or '..'");
        return name;
    }

    /// <summary>A prefix is a name, or empty, or a name with '/' after it.</summary>
    public static string CheckPrefix(string prefix)
    {
        var name = prefix.EndsWith('/') ? prefix[..^1] : prefix;
        return name.Length == 0 && prefix.Length == 0 ? prefix : Check(name) + prefix[name.Length..];
    }

    /// <summary>The name as the path of a URL.</summary>
    internal static string Escape(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    private static SlipwayException Refuse(string name, string why)
    {
        var shown = name.Length <= 100 ? name : name[..97] + "...";
        return SlipwayException.Invalid($"'{shown}' leaves its store or is no name for an object: {why}.");
    }
}
