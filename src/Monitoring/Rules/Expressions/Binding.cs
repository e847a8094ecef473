using Slipway.Kernel;

namespace Slipway.Monitoring.Rules.Expressions;

/// <summary>One figure for each name that is looked at, all of the same feature, segment …</summary>
/// <param name="All">All figures by name, for what is computed over them.</param>
internal sealed record Binding(
    IReadOnlyDictionary<string, Figure> Figures, IReadOnlyDictionary<string, string> Dimensions, IReadOnlyDictionary<string, IReadOnlyList<Figure>> All)
{
    private const int Most = 1000;

    private static readonly Dictionary<string, string> s_nothing = [];

    /// <summary>The bindings that an expression is evaluated for.</summary>
    public static IReadOnlyList<Binding> Of(Expression expression, IReadOnlyDictionary<string, IReadOnlyList<Figure>> figures) =>
        new Binding(new Dictionary<string, Figure>(), s_nothing, figures).Of(expression);

    public IReadOnlyList<Binding> Of(Expression expression)
    {
        List<Binding> found = [new(new Dictionary<string, Figure>(), s_nothing, All)];
        foreach (var name in expression.Free.Distinct(StringComparer.Ordinal))
        {
            found = [.. found.SelectMany(binding => All.GetValueOrDefault(name, []).Where(binding.Agrees).Select(figure => binding.With(name, figure))).Take(Most + 1)];
            if (found.Count > Most)
                throw SlipwayException.Invalid($"The values combine in more than {Most} ways; name a feature, a segment or a deployment.");
        }

        return found;
    }

    private bool Agrees(Figure figure) => figure.Dimensions.All(own => !Dimensions.TryGetValue(own.Key, out var known) || known == own.Value);

    private Binding With(string name, Figure figure) => this with
    {
        Figures = new Dictionary<string, Figure>(Figures, StringComparer.Ordinal) { [name] = figure },
        Dimensions = Dimensions.Concat(figure.Dimensions).DistinctBy(pair => pair.Key).ToDictionary(StringComparer.Ordinal),
    };
}
