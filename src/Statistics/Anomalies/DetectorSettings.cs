namespace Slipway.Statistics.Anomalies;

/// <summary>How wide a learned band is.</summary>
public enum Sensitivity
{
    Low,
    Medium,
    High,
}

/// <summary>To which side a point may be off.</summary>
public enum Direction
{
    Both,
    Up,
    Down,
}

/// <summary>What a detector is told; each heeds what concerns it.</summary>
public sealed record DetectorSettings
{
    // Without a season something else has to say how often is learned anew.
    private const int PartsOfHistory = 32;

    /// <summary>How much is learned from.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromDays(28);

    /// <summary>The distance of points; null: they come as they come, and there is no season.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>What repeats: a day, a week. A multiple of <see cref="Every"/>.</summary>
    public TimeSpan? Season { get; init; }

    public Sensitivity Sensitivity { get; init; } = Sensitivity.Medium;

    public Direction Direction { get; init; } = Direction.Both;

    /// <summary>A limit of values (static) or of changes (rate_of_change).</summary>
    public double? Above { get; init; }

    public double? Below { get; init; }

    /// <summary>Over which time a change is taken; null: from point to point.</summary>
    public TimeSpan? Over { get; init; }

    /// <summary>Changes are parts of what was before: 0.5 is half more.</summary>
    public bool Relative { get; init; }

    /// <summary>The shift of the mean that is to be found, in standard deviations.</summary>
    public double Shift { get; init; } = 1;

    /// <summary>How much has to add up, in standard deviations.</summary>
    public double Decision { get; init; } = 5;

    /// <summary>The mean in control; null: it is learned.</summary>
    public double? Target { get; init; }

    /// <summary>The standard deviation in control; null: it is learned.</summary>
    public double? Deviation { get; init; }

    /// <summary>Points of a season.</summary>
    public int? Period => Season is { } season && Every is { } every ? (int)(season / every) : null;

    /// <summary>All points of a block are judged by what was learned before it began.</summary>
    public TimeSpan Block => Season ?? TimeSpan.FromTicks(Math.Max(History.Ticks / PartsOfHistory, TimeSpan.TicksPerMillisecond));

    /// <summary>How far before a point a detector looks.</summary>
    public TimeSpan Reach => History + Block;
}
