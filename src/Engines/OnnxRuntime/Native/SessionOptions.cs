namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Makes the engine's options of a session from ours.</summary>
internal static unsafe class SessionOptions
{
    /// <summary>To be released by the caller.</summary>
    public static nint Create(OnnxSessionSettings settings)
    {
        nint options;
        OrtStatus.Check(OrtApi.CreateSessionOptions(&options));
        try
        {
            Apply(settings, options);
            return options;
        }
        catch
        {
            OrtApi.ReleaseSessionOptions(options);
            throw;
        }
    }

    private static void Apply(OnnxSessionSettings settings, nint options)
    {
        OrtStatus.Check(OrtApi.SetSessionGraphOptimizationLevel(options, (int)settings.Optimization));
        OrtStatus.Check(OrtApi.SetSessionExecutionMode(options, settings.InterOpThreads > 1 ? 1 : 0));
        if (settings.UseSharedThreads)
        {
            OrtStatus.Check(OrtApi.DisablePerSessionThreads(options));
        }
        else
        {
            OrtStatus.Check(OrtApi.SetIntraOpNumThreads(options, settings.IntraOpThreads));
            OrtStatus.Check(OrtApi.SetInterOpNumThreads(options, settings.InterOpThreads));
        }

        if (!settings.MemoryPattern)
            OrtStatus.Check(OrtApi.DisableMemPattern(options));
        if (!settings.CpuArena)
            OrtStatus.Check(OrtApi.DisableCpuMemArena(options));

        var spin = settings.Spin ? "1\0"u8 : "0\0"u8;
        Configure(options, "session.intra_op.allow_spinning\0"u8, spin);
        Configure(options, "session.inter_op.allow_spinning\0"u8, spin);
    }

    private static void Configure(nint options, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        fixed (byte* keyStart = key)
        fixed (byte* valueStart = value)
        {
            OrtStatus.Check(OrtApi.AddSessionConfigEntry(options, keyStart, valueStart));
        }
    }
}
