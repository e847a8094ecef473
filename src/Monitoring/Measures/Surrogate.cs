using System.Globalization;
using Slipway.Engines.XGBoost;

namespace Slipway.Monitoring.Measures;

/// <summary>Small tree models that learn something about rows: which side they are of, what was answered, how wrong it was.</summary>
internal static class Surrogate
{
    public static XgbMatrix Matrix(IReadOnlyList<double[]> columns) => XgbMatrix.FromColumns(
        [.. columns.Select(column => (ReadOnlyMemory<float>)Array.ConvertAll(column, Number))],
        [.. columns.Select((_, i) => new XgbFeature(string.Create(CultureInfo.InvariantCulture, $"f{i}")))]);

    public static XgbBooster Train(XgbMatrix matrix, string objective, int rounds, int depth = 4, double rate = 0.2)
    {
        var booster = XgbBooster.Create(
            new Dictionary<string, string>
            {
                ["objective"] = objective,
                ["max_depth"] = depth.ToString(CultureInfo.InvariantCulture),
                ["eta"] = rate.ToString(CultureInfo.InvariantCulture),
                ["tree_method"] = "hist",
                ["seed"] = "1",
            },
            [matrix]);
        for (var round = 0; round < rounds; round++)
            booster.Update(round, matrix);
        return booster;
    }

    private static float Number(double value) => float.IsFinite((float)value) ? (float)value : float.NaN;
}
