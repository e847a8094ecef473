using System.Globalization;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>A piece of PromQL.</summary>
/// <param name="Kind">What its series are of: those of one kind have the same labels.</param>
/// <param name="By">The labels that tell them apart.</param>
internal sealed record Part(string Text, PartKind Kind, IReadOnlyList<string> By)
{
    /// <summary>The label that all series have.</summary>
    public const string Whole = "workspace";

    public bool IsNumber => Kind == PartKind.Number;

    /// <summary>One series for all that was looked at.</summary>
    public bool IsOfAll => Kind == PartKind.All;

    public static Part OfNumber(double value) => new(value.ToString("R", CultureInfo.InvariantCulture), PartKind.Number, []);

    public static Part OfAll(string text) => new(text, PartKind.All, [Whole]);

    public bool IsAlike(Part other) => Kind == other.Kind && Kind != PartKind.Mixed;
}

/// <param name="Source">"monitor", "deployment", or "".</param>
/// <param name="Name">Which of them, and which of its figures.</param>
internal sealed record PartKind(string Source, string Name)
{
    public static readonly PartKind Number = new("", "number");
    public static readonly PartKind All = new("", "all");
    public static readonly PartKind Mixed = new("", "mixed");

    /// <summary>They are of different sources, and so have nothing that they could disagree on.</summary>
    public bool IsApartFrom(PartKind other) => Source.Length > 0 && other.Source.Length > 0 && Source != other.Source;
}
