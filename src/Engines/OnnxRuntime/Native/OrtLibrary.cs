using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Where ONNX Runtime's library is.</summary>
internal static class OrtLibrary
{
    private static readonly NativeLibraryFile s_file = new(
        "onnxruntime",
        "ONNX Runtime",
        "libonnxruntime.so.1",
        "libonnxruntime.1.dylib",
        "onnxruntime.dll",
        NativeLibraryFile.FromNpm);

    public static nint Load() => NativeLibraries.Load(s_file);
}
