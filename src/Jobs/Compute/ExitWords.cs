namespace Slipway.Jobs.Compute;

/// <summary>What an exit code means, in words.</summary>
internal static class ExitWords
{
    private static readonly Dictionary<int, string> s_signals = new()
    {
        [1] = "HUP (its terminal was closed)",
        [2] = "INT (interrupted)",
        [3] = "QUIT",
        [4] = "ILL (illegal instruction: perhaps built for another processor)",
        [6] = "ABRT (it aborted itself)",
        [7] = "BUS (bad memory access)",
        [8] = "FPE (arithmetic error)",
        [9] = "KILL (most often: the machine ran out of memory)",
        [11] = "SEGV (bad memory access)",
        [13] = "PIPE (wrote to a closed pipe)",
        [14] = "ALRM",
        [15] = "TERM (asked to end)",
        [24] = "XCPU (over its processor time limit)",
        [25] = "XFSZ (over its file size limit)",
        [31] = "SYS (a forbidden system call)",
    };

    /// <summary>"ended with exit code 127: command not found".</summary>
    public static string Tell(int code) => code switch
    {
        126 => "ended with exit code 126: what it calls is not an executable file",
        127 => "ended with exit code 127: a command that it calls was not found",
        > 128 and < 193 when s_signals.TryGetValue(code - 128, out var signal) =>
            $"was ended by signal {code - 128}, {signal} (exit code {code})",
        _ => $"ended with exit code {code}",
    };
}
