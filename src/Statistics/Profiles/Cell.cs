namespace Slipway.Statistics.Profiles;

/// <summary>Numbers of a reference and of a window that lie from First to Last, both included; where in it is not known.</summary>
public readonly record struct Cell(double First, double Last, long Reference, long Current)
{
    public double Middle => First + ((Last - First) / 2);
}
