using Slipway.Kernel;

namespace Slipway.Jobs.Definitions;

/// <summary>Collects the mistakes of a definition, so that all are reported at once.</summary>
internal sealed class Problems
{
    // Whoever made a thousand mistakes is helped by the first hundred.
    private const int Shown = 100;

    private readonly HashSet<Problem> _all = [];

    public bool Any => _all.Count > 0;

    public IReadOnlyList<Problem> InOrder =>
        [.. _all.OrderBy(p => p.Place.Source, StringComparer.Ordinal).ThenBy(p => p.Place.Line).ThenBy(p => p.Place.Column)];

    public void Add(Place place, string path, string message) => _all.Add(new Problem(place, path, message));

    public void ThrowIfAny()
    {
        if (!Any)
            return;

        var lines = InOrder.Take(Shown).Select(problem => problem.ToString());
        var rest = _all.Count > Shown ? [$"… and {_all.Count - Shown} more."] : Array.Empty<string>();
        throw SlipwayException.Invalid(string.Join('\n', lines.Concat(rest)));
    }
}
