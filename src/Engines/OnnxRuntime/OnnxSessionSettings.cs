namespace Slipway.Engines.OnnxRuntime;

/// <summary>How far the engine rewrites the graph before it runs it.</summary>
public enum OnnxOptimization
{
    None = 0,
    Basic = 1,
    Extended = 2,
    All = 99,
}

/// <summary>
/// How a session runs. The defaults suit a server whose requests run side by side, each on its own thread.
/// </summary>
public sealed record OnnxSessionSettings
{
    public static OnnxSessionSettings Default { get; } = new();

    /// <summary>
    /// Threads for the inside of one operator; 1 is the calling thread, 0 as many as there are cores.
    /// </summary>
    public int IntraOpThreads { get; init; } = 1;

    /// <summary>Threads for operators side by side; over 1 the graph is run in parallel.</summary>
    public int InterOpThreads { get; init; } = 1;

    /// <summary>Use the process's shared threads (<see cref="OnnxEngineSettings"/>) instead of own ones.</summary>
    public bool UseSharedThreads { get; init; }

    /// <summary>Whether idle threads spin for a while: quicker when one model has the machine for itself.</summary>
    public bool Spin { get; init; }

    public OnnxOptimization Optimization { get; init; } = OnnxOptimization.All;

    /// <summary>Remember for each input shape how much memory the graph needs.</summary>
    public bool MemoryPattern { get; init; } = true;

    /// <summary>Keep freed memory for the next run.</summary>
    public bool CpuArena { get; init; } = true;
}
