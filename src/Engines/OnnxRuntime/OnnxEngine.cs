using Slipway.Engines.OnnxRuntime.Native;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>The threads that sessions share when they ask for it.</summary>
public sealed record OnnxEngineSettings
{
    /// <summary>1 is the calling thread, 0 as many as there are cores.</summary>
    public int SharedIntraOpThreads { get; init; } = 1;

    public int SharedInterOpThreads { get; init; } = 1;

    public bool Spin { get; init; }
}

/// <summary>ONNX Runtime in this process: one environment, made when the first session is loaded.</summary>
public static class OnnxEngine
{
    // OrtLoggingLevel: what goes wrong is thrown, so the engine itself writes errors only.
    private const int LogErrors = 3;

    private const int ArenaAllocator = 1;
    private const int DefaultMemory = 0;

    private static readonly Lock s_gate = new();
    private static OnnxEngineSettings s_settings = new();
    private static nint s_environment;

    /// <summary>The library's version, such as "1.30.0".</summary>
    public static string Version
    {
        get
        {
            Environment();
            return OrtApi.Version();
        }
    }

    internal static nint CpuMemory { get; private set; }

    internal static nint Allocator { get; private set; }

    /// <summary>Sets the size of the shared thread pool; only before the first session is loaded.</summary>
    public static void Configure(OnnxEngineSettings settings)
    {
        lock (s_gate)
        {
            if (s_environment != 0 && settings != s_settings)
            {
                throw SlipwayException.Conflict(
                    "ONNX Runtime's shared threads cannot change after a model was loaded; set them at the start.");
            }

            s_settings = settings;
        }
    }

    internal static nint Environment()
    {
        if (Volatile.Read(ref s_environment) is var environment and not 0)
            return environment;

        lock (s_gate)
        {
            if (s_environment == 0)
                Start();
            return s_environment;
        }
    }

    private static unsafe void Start()
    {
        // Loaded here first, so that a missing library is refused with its own message and not by a type initializer.
        OrtLibrary.Load();
        nint memory, allocator, options, environment;
        OrtStatus.Check(OrtApi.CreateCpuMemoryInfo(ArenaAllocator, DefaultMemory, &memory));
        OrtStatus.Check(OrtApi.GetAllocatorWithDefaultOptions(&allocator));
        OrtStatus.Check(OrtApi.CreateThreadingOptions(&options));
        try
        {
            OrtStatus.Check(OrtApi.SetGlobalIntraOpNumThreads(options, s_settings.SharedIntraOpThreads));
            OrtStatus.Check(OrtApi.SetGlobalInterOpNumThreads(options, s_settings.SharedInterOpThreads));
            OrtStatus.Check(OrtApi.SetGlobalSpinControl(options, s_settings.Spin ? 1 : 0));
            fixed (byte* name = "slipway\0"u8)
            {
                OrtStatus.Check(OrtApi.CreateEnvWithGlobalThreadPools(LogErrors, name, options, &environment));
            }
        }
        finally
        {
            OrtApi.ReleaseThreadingOptions(options);
        }

        CpuMemory = memory;
        Allocator = allocator;
        Volatile.Write(ref s_environment, environment);
    }
}
