namespace Slipway.Statistics.Search;

/// <summary>What a parameter may be. A value is a number; that of <see cref="Choices"/> is a position in its list.</summary>
public abstract record Distribution
{
    /// <summary>The value below which a share of the draws lies.</summary>
    /// <param name="share">In (0, 1).</param>
    public abstract double At(double share);

    public static Distribution Uniform(double min, double max, double? step = null) =>
        new Continuous { IsNormal = false, First = min, Second = max, Step = step };

    /// <summary>exp(uniform(min, max)).</summary>
    public static Distribution LogUniform(double min, double max, double? step = null) =>
        new Continuous { IsNormal = false, First = min, Second = max, Step = step, IsLog = true };

    public static Distribution Normal(double mean, double deviation, double? step = null) =>
        new Continuous { IsNormal = true, First = mean, Second = deviation, Step = step };

    /// <summary>exp(normal(mean, deviation)).</summary>
    public static Distribution LogNormal(double mean, double deviation, double? step = null) =>
        new Continuous { IsNormal = true, First = mean, Second = deviation, Step = step, IsLog = true };

    /// <summary>Whole numbers from 0 on, below a limit.</summary>
    public static Distribution Integers(int below) => new Continuous { IsNormal = false, First = -0.5, Second = below - 0.5, Step = 1 };
}

/// <summary>One of so many things, each as likely as the others.</summary>
public sealed record Choices(int Count) : Distribution
{
    public override double At(double share) => Math.Min(Count - 1, Math.Floor(share * Count));
}

/// <summary>A number that is uniform or normal on a scale, which may be logarithmic, and may be rounded to steps.</summary>
public sealed record Continuous : Distribution
{
    /// <summary>False: uniform.</summary>
    public required bool IsNormal { get; init; }

    /// <summary>The least, or the mean.</summary>
    public required double First { get; init; }

    /// <summary>The greatest, or the standard deviation.</summary>
    public required double Second { get; init; }

    /// <summary>True: the two are of the logarithm of the value.</summary>
    public bool IsLog { get; init; }

    /// <summary>Values are multiples of it.</summary>
    public double? Step { get; init; }

    public override double At(double share) => ValueAt(IsNormal
        ? MathNet.Numerics.Distributions.Normal.InvCDF(First, Second, share)
        : First + (share * (Second - First)));

    /// <summary>The value at a place on the scale.</summary>
    public double ValueAt(double place)
    {
        var value = IsLog ? Math.Exp(place) : place;
        return Step is { } step ? Rounded(value, step) : value;
    }

    /// <summary>The place on the scale of a value.</summary>
    public double PlaceOf(double value) => IsLog ? Math.Log(Math.Max(value, Step is { } step ? step / 2 : double.Epsilon)) : value;

    // Rounding must not lead out of the bounds: half a step beyond them may be what cannot be (no layers, a negative rate).
    private double Rounded(double value, double step)
    {
        var multiple = Math.Round(value / step, MidpointRounding.ToEven);
        if (!IsNormal)
        {
            var (least, greatest) = IsLog ? (Math.Exp(First), Math.Exp(Second)) : (First, Second);
            var (low, high) = (Math.Ceiling(least / step), Math.Floor(greatest / step));
            multiple = low <= high ? Math.Clamp(multiple, low, high) : multiple;
        }

        // 3 * 0.1 is 0.30000000000000004; nobody means that.
        var product = (decimal)multiple is var whole && Math.Abs(multiple) < 1e9 && step is > 1e-9 and < 1e9
            ? (double)(whole * (decimal)step)
            : multiple * step;
        return product == 0 ? 0 : product;
    }
}
