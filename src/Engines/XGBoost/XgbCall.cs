using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>What surrounds every call of the C API: silence before it, its error after it.</summary>
internal static partial class XgbCall
{
    // The library keeps its verbosity per thread, and writes warnings to the standard output of the process.
    [ThreadStatic]
    private static bool t_silent;

    public static void Silence()
    {
        if (t_silent)
            return;

        Check(XgbNative.XGBSetGlobalConfig("""{"verbosity": 0}"""));
        t_silent = true;
    }

    /// <summary>Turns a failure into an exception. Call it on the thread of the call: the text is kept per thread.</summary>
    public static void Check(int result)
    {
        if (result != 0)
            throw new SlipwayException(ErrorCode.EngineFailed, $"XGBoost: {LastReason()}");
    }

    public static string LastReason() => Reason(Marshal.PtrToStringUTF8(XgbNative.XGBGetLastError()) ?? "");

    /// <summary>
    /// The engine's sentence, out of
    /// <c>[14:17:21] ./src/metric/auc.cc:315: Check failed: … : the sentence\nStack trace:\n  [bt] (0) …</c>
    /// </summary>
    internal static string Reason(string error)
    {
        var trace = error.IndexOf("\nStack trace:", StringComparison.Ordinal);
        var text = trace < 0 ? error : error[..trace];
        return Origin().Replace(text, "").Trim().Replace("\n", "; ", StringComparison.Ordinal);
    }

    internal static unsafe string[] Strings(nint* texts, ulong length)
    {
        var result = new string[length];
        for (var i = 0; i < result.Length; i++)
            result[i] = Marshal.PtrToStringUTF8(texts[i]) ?? "";
        return result;
    }

    [GeneratedRegex(@"\A(\[\d\d:\d\d:\d\d\] )?\S+\.(cc|h|cu|cuh):\d+: ")]
    private static partial Regex Origin();
}
