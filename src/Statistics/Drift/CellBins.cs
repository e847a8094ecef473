using Slipway.Statistics.Profiles;

namespace Slipway.Statistics.Drift;

/// <summary>Bins whose edges are ends of cells, so that what is counted in cells is counted exactly in them.</summary>
internal static class CellBins
{
    public static BinnedPair Of(AnswerColumn reference, AnswerColumn current, IReadOnlyList<Cell> cells)
    {
        var profile = FeatureProfile.Numeric(reference.Name, Edges(cells), null, reference.Nulls);
        var (before, now) = (new long[profile.BinCount], new long[profile.BinCount]);
        foreach (var cell in cells)
        {
            var bin = profile.BinOf(cell.First);
            before[bin] += cell.Reference;
            now[bin] += cell.Current;
        }

        now[^1] = current.Nulls;
        return new BinnedPair(FeatureProfile.Numeric(reference.Name, profile.Edges, before[..^1], reference.Nulls), now);
    }

    // As Binning.Edges has it for values: a bin for each of few cells, with one below and one above them all; else the deciles.
    private static List<double> Edges(IReadOnlyList<Cell> cells)
    {
        var filled = cells.Where(cell => cell.Reference > 0).ToList();
        if (filled.Count == 0)
            return [];
        if (filled.Count > FeatureProfile.MostBins - 2)
            return Deciles(filled);
        List<double> edges = [.. filled.Select(cell => cell.First)];
        if (filled[^1].Last < double.MaxValue)
            edges.Add(Math.BitIncrement(filled[^1].Last));
        return edges;
    }

    private static List<double> Deciles(List<Cell> filled)
    {
        var edges = new List<double>();
        var rows = filled.Sum(cell => cell.Reference);
        var (at, seen) = (0, 0L);
        for (var i = 1; i < FeatureProfile.MostBins; i++)
        {
            var rank = i * rows / FeatureProfile.MostBins;
            while (seen + filled[at].Reference <= rank)
                seen += filled[at++].Reference;
            if (at > 0 && (edges.Count == 0 || filled[at].First > edges[^1]))
                edges.Add(filled[at].First);
        }

        return edges;
    }
}
