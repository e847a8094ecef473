using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>Texts and errors that come from the engine.</summary>
internal static unsafe class NativeText
{
    /// <summary>A text that the engine keeps.</summary>
    public static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>A text that the caller has to free.</summary>
    public static string Take(byte* text)
    {
        try
        {
            return Read(text);
        }
        finally
        {
            Native.duckdb_free(text);
        }
    }

    /// <summary>The engine's own words.</summary>
    public static SlipwayException Error(byte* message, string otherwise) =>
        new(ErrorCode.EngineFailed, message is null || *message == 0 ? otherwise : Read(message));

    /// <summary>C strings end at the first NUL: a text that has one would silently be cut.</summary>
    public static string Whole(string text) => text.Contains('\0')
        ? throw SlipwayException.Invalid("The SQL text or name contains a NUL character; pass it as a parameter.")
        : text;
}
