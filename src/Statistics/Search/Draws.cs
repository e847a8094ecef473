using Slipway.Statistics.Profiles;

namespace Slipway.Statistics.Search;

/// <summary>Random numbers that depend on a seed and a trial's number alone, on every machine and in every version.</summary>
internal sealed class Draws(ulong seed, int number)
{
    private const ulong Odd = 0x9E3779B97F4A7C15;

    private ulong _state = StableHash.Of(seed + Odd) ^ StableHash.Of(((ulong)(uint)number + 1) * Odd);

    /// <summary>In (0, 1).</summary>
    public double Share() => ((Bits() >> 11) + 0.5) * (1.0 / (1L << 53));

    public ulong Bits() => StableHash.Of(_state += Odd);
}
