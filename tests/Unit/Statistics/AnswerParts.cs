using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Unit.Statistics;

/// <summary>Columns of answers and what they are made of, for tests of profiles.</summary>
internal static class AnswerParts
{
    public static FeatureProfile Layout { get; } = FeatureProfile.Numeric("x", [-10, 0, 0.5, 3, 1000], null, 0);
    public static FeatureProfile Origins { get; } = FeatureProfile.Categorical("origin", ["ATL", "JFK"], null, 0, 0);

    // Numbers of all kinds, with missing and infinite ones among them, in some parts.
    public static Arbitrary<double[][]> Parts { get; } = Gen.Choose(0, 5)
        .SelectMany(shape => Gen.Choose(1, 5).SelectMany(parts => Gen.ArrayOf(Part(shape), parts)))
        .ToArbitrary();

    public static Arbitrary<(double[] Reference, double[] Current)> WindowPairs { get; } = Gen.Choose(0, 5)
        .SelectMany(shape => Part(shape).SelectMany(reference => Part(shape).Select(current => (reference, current))))
        .ToArbitrary();

    private static Gen<double[]> Part(int shape) => Gen.Choose(1, 1500).SelectMany(count => Gen.Choose(0, 1 << 30).Select(seed =>
    {
        var random = new Random(seed);
        var shift = random.Next(3);
        return Enumerable.Range(0, count).Select(_ => random.Next(50) switch
        {
            0 => double.NaN,
            1 when shape == 5 => random.Next(2) == 0 ? double.NegativeInfinity : double.PositiveInfinity,
            _ => Number(shape, random) + shift,
        }).ToArray();
    }));

    private static double Number(int shape, Random random) => shape switch
    {
        0 => random.Next(-2, 3),
        1 => random.Next(-50_000, 50_000),
        2 => (random.Next(2) == 0 ? -1 : 1) * Math.Pow(10, (random.NextDouble() * 12) - 6),
        3 => 978_307_200_000 + (random.NextDouble() * 15e9),
        4 => Math.Exp(random.NextDouble() * 8),
        _ => Normal(random),
    };

    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static AnswerColumn Column(double[] values) => Numbers(Layout, values);

    public static AnswerColumn Numbers(FeatureProfile layout, params double[] values)
    {
        var column = new AnswerColumn("input_x", FeatureType.Numeric, layout);
        column.Add(values);
        return column;
    }

    public static AnswerColumn Text(FeatureProfile layout, params string[] texts)
    {
        var column = new AnswerColumn("input_origin", FeatureType.Categorical, layout);
        foreach (var text in texts)
            column.Add(Encoding.UTF8.GetBytes(text));
        return column;
    }

    public static byte[] Stored(params AnswerColumn[] columns) => new AnswerProfile(columns).ToBytes();

    public static byte[] Stored(double[] values) => Stored(Column(values));

    public static AnswerColumn Merged(IEnumerable<byte[]> parts)
    {
        var profile = new AnswerProfile();
        foreach (var part in parts)
            profile.Merge(part);
        return profile.Columns.Single();
    }
}
