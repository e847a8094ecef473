using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Slipway.Kernel;

/// <summary>
/// Finds the native libraries of the engines: first runtimes/&lt;rid&gt;/native beside the program (native/Native.targets puts
/// them there), then wherever the system's loader looks.
/// </summary>
public static class NativeLibraries
{
    private static readonly ConcurrentDictionary<Assembly, NativeLibraryFile> s_files = [];

    /// <summary>"linux-x64": the platform that this process runs on, in .NET's spelling.</summary>
    public static string Rid { get; } = FindRid();

    /// <summary>
    /// Makes <paramref name="assembly"/>'s imports of <paramref name="file"/>.Name find the library; call it in the static constructor of the
    /// class that holds the imports. A library that is not there fails the first call with Unavailable.
    /// </summary>
    public static void Register(Assembly assembly, NativeLibraryFile file)
    {
        if (s_files.TryAdd(assembly, file))
            NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => name == file.Name ? Load(file) : 0);
    }

    /// <summary>Loads the library, or says how to get it (Unavailable).</summary>
    public static nint Load(NativeLibraryFile file)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, "runtimes", Rid, "native", file.FileName);
        if (File.Exists(beside))
            return LoadFrom(beside, file);

        return NativeLibrary.TryLoad(file.FileName, out var handle)
            ? handle
            : throw new SlipwayException(
                ErrorCode.Unavailable,
                $"{file.Engine} is not installed: neither '{beside}' nor the system has {file.FileName}. {file.Remedy}");
    }

    private static nint LoadFrom(string path, NativeLibraryFile file)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"{file.Engine} cannot be loaded: {exception.Message} {file.Remedy}", exception);
        }
    }

    private static string FindRid()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return system + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");
    }
}

/// <summary>A native library of an engine.</summary>
/// <param name="Name">The name in the [LibraryImport] attributes.</param>
/// <param name="Engine">What it is called in messages: "DuckDB".</param>
/// <param name="Linux">Its file name on Linux; and so on for the other systems.</param>
/// <param name="Remedy">A sentence that says how to get it.</param>
public sealed record NativeLibraryFile(string Name, string Engine, string Linux, string MacOS, string Windows, string Remedy)
{
    /// <summary>The remedy for the engines that native/package.json brings.</summary>
    public const string FromNpm = "Run 'npm ci --ignore-scripts' in native/ and build again.";

    /// <summary>The file name on this system.</summary>
    public string FileName => OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Linux;
}
