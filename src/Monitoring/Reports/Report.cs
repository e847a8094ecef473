namespace Slipway.Monitoring.Reports;

/// <summary>What a monitor found in a window, beside the windows before it and perhaps another one.</summary>
/// <param name="Compared">The run that it is compared with; null when it is compared with none.</param>
/// <param name="Figures">Those that crossed their limits first, then as they were measured.</param>
internal sealed record Report(
    Report.OfRun Run, Report.OfRun? Compared, IReadOnlyList<Report.Figure> Figures, IReadOnlyList<Report.Histogram> Histograms)
{
    /// <param name="Crossed">How many figures are beyond their limits.</param>
    internal sealed record OfRun(
        string Id, string Monitor, string Endpoint, DateTimeOffset From, DateTimeOffset To, string Status, string? Message, string? Model,
        int? ModelVersion, long Rows, long Labelled, int Crossed, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string StartedBy);

    /// <param name="Adjusted">A p-value adjusted for all that were tested at once, which is what the threshold judges.</param>
    /// <param name="Bounds">What low and high are: "confidence" (a 95 % interval) or "error" (of a figure from profiles); null without them.</param>
    /// <param name="Compared">Its value in the other run; null when it has none there.</param>
    /// <param name="Change">Value minus compared value.</param>
    /// <param name="Trend">Its values in the windows up to this one, the oldest first.</param>
    internal sealed record Figure(
        string Signal, string? Feature, string? Segment, string Name, double? Value, double? Adjusted, double? Low, double? High,
        string? Bounds, double? Threshold, bool Crossed, string Verdict, double? Compared, string? ComparedVerdict, double? Change, IReadOnlyList<Point> Trend)
    {
        /// <summary>"hour population_stability_index", "auc".</summary>
        public string Title => Feature is null ? Name : $"{Feature} {Name}";
    }

    internal sealed record Point(DateTimeOffset From, DateTimeOffset To, double? Value, double? Low, double? High, bool Crossed);

    /// <param name="Type">"numeric" or "categorical".</param>
    /// <param name="Distance">Jensen-Shannon distance of the window from the reference; null when one is empty.</param>
    /// <param name="ComparedDistance">That of the other run's window from its reference.</param>
    /// <param name="BetweenWindows">That of the two windows; null without another run, and when its bins are others.</param>
    internal sealed record Histogram(
        string Signal, string Feature, string Type, IReadOnlyList<Bin> Bins, long ReferenceRows, long Rows, long? ComparedRows, double? Distance,
        double? ComparedDistance, double? BetweenWindows);

    /// <param name="Name">"&lt; 10", "10 to 20", a category, "other", "null".</param>
    /// <param name="From">Of numbers: inclusive; null where the bin is open.</param>
    /// <param name="To">Exclusive.</param>
    /// <param name="Compared">Rows of the other run's window; null without another run, and when its bins are others.</param>
    internal sealed record Bin(string Name, double? From, double? To, long Reference, long Rows, long? Compared);
}
