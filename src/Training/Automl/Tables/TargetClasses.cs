using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Training.Automl.Tables;

/// <summary>The classes of a target in their order: whole numbers, or texts.</summary>
internal sealed record TargetClasses
{
    private const int Most = 1000;

    // Of a file of texts, yes and true are read as bits.
    private static readonly string[] s_true = ["true", "yes", "t", "y"];

    /// <summary>As they are written.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Null: they are texts.</summary>
    public required long[]? Numbers { get; init; }

    public int Count => Names.Count;

    /// <param name="values">Numbers as texts too.</param>
    /// <param name="positive">The class that comes last; null: the greatest.</param>
    public static TargetClasses Of(string column, IEnumerable<string> values, bool areNumbers, string? positive)
    {
        var distinct = values.Distinct(StringComparer.Ordinal).Take(Most + 1).ToList();
        if (distinct.Count is < 2 or > Most)
        {
            throw SlipwayException.Invalid(distinct.Count < 2
                ? $"The target '{column}' is '{distinct.FirstOrDefault()}' in all rows; two classes are needed to learn from."
                : $"The target '{column}' has more than {Most} different values; use task: regression for a number, or group the classes.");
        }

        var ordered = areNumbers
            ? distinct.OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture)).ToList()
            : [.. distinct.Order(StringComparer.Ordinal)];
        if (positive is not null && ordered.Count == 2)
            ordered = [.. ordered.OrderBy(name => name == Written(column, positive, ordered))];
        return new TargetClasses
        {
            Names = ordered,
            Numbers = areNumbers ? [.. ordered.Select(text => Whole(column, text))] : null,
        };
    }

    public double[] PlacesOf(IReadOnlyList<string> values)
    {
        var places = Names.Index().ToDictionary(pair => pair.Item, pair => (double)pair.Index, StringComparer.Ordinal);
        return [.. values.Select(value => places[value])];
    }

    private static string Written(string column, string positive, List<string> names) =>
        names.FirstOrDefault(name => name == positive || (name == "1" && s_true.Contains(positive, StringComparer.OrdinalIgnoreCase)))
        ?? throw SlipwayException.Invalid($"The target '{column}' is never '{positive}', which is the positive_label; it is {string.Join(" or ", names)}.");

    private static long Whole(string column, string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw SlipwayException.Invalid(
            $"The target '{column}' has the value {text}; classes are whole numbers or texts. For other numbers use task: regression.");
}
