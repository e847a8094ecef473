using System.Globalization;

namespace Slipway.Monitoring.Reports;

/// <summary>Where the points of a series stand in a picture.</summary>
internal sealed class Scale
{
    private readonly double _least;
    private readonly double _range;
    private readonly int _points;
    private readonly double _width;
    private readonly double _height;
    private readonly double _margin;

    public Scale(IEnumerable<double> values, int points, double width, double height, double margin)
    {
        double least = double.MaxValue, greatest = double.MinValue;
        foreach (var value in values)
            (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        (_least, _range) = (least, greatest - least);
        (_points, _width, _height, _margin) = (points, width, height, margin);
    }

    public double X(int place) => _margin + (_points == 1 ? 0 : place * (_width - _margin) / (_points - 1));

    /// <summary>What is constant stands in the middle.</summary>
    public double Y(double value) => _margin + ((_range == 0 ? 0.5 : 1 - ((value - _least) / _range)) * (_height - _margin));

    /// <summary>An SVG path through the values.</summary>
    public string Line(IReadOnlyList<Report.Point> points) => "M" + string.Join("L", points.Select((point, place) => At(place, point.Value!.Value)));

    /// <summary>An SVG path around the intervals.</summary>
    public string Band(IReadOnlyList<Report.Point> points) =>
        "M" + string.Join("L", [
            .. points.Select((point, place) => At(place, point.High!.Value)),
            .. points.Select((point, place) => At(place, point.Low!.Value)).Reverse(),
        ]) + "Z";

    private string At(int place, double value) => string.Create(CultureInfo.InvariantCulture, $"{X(place):0.##} {Y(value):0.##}");
}
