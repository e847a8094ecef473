using System.Numerics;

namespace Slipway.Statistics.Search;

/// <summary>
/// Sobol's sequence (direction numbers of Joe and Kuo, 2008), shifted by the seed: points that fill the space more evenly than
/// independent ones.
/// </summary>
public sealed class SobolSampler : ISampler
{
    /// <summary>So many parameters are the most.</summary>
    public const int MostDimensions = 21;

    private const int Bits = 32;

    // new-joe-kuo-6: coefficients of the primitive polynomial and the initial direction numbers, from the second dimension on.
    private static readonly (uint Coefficients, uint[] Initial)[] s_polynomials =
    [
        (0, [1]), (1, [1, 3]), (1, [1, 3, 1]), (2, [1, 1, 1]), (1, [1, 1, 3, 3]), (4, [1, 3, 5, 13]), (2, [1, 1, 5, 5, 17]),
        (4, [1, 1, 5, 5, 5]), (7, [1, 1, 7, 11, 19]), (11, [1, 1, 5, 1, 1]), (13, [1, 1, 1, 3, 11]), (14, [1, 3, 5, 5, 31]),
        (1, [1, 3, 3, 9, 7, 49]), (13, [1, 1, 1, 15, 21, 21]), (16, [1, 3, 1, 13, 27, 49]), (19, [1, 1, 1, 15, 7, 5]),
        (22, [1, 3, 1, 15, 13, 25]), (25, [1, 1, 5, 5, 19, 61]), (1, [1, 3, 7, 11, 23, 15, 103]), (4, [1, 3, 7, 13, 13, 15, 69]),
    ];

    private readonly SearchSpace _space;
    private readonly uint[][] _directions;
    private readonly uint[] _shift;

    public SobolSampler(SearchSpace space, ulong seed)
        : this(space)
    {
        var draws = new Draws(seed, 0);
        for (var at = 0; at < _shift.Length; at++)
            _shift[at] = (uint)(draws.Bits() >> Bits);
    }

    /// <summary>Without a shift, as the literature has it.</summary>
    internal SobolSampler(SearchSpace space)
    {
        if (space.Dimensions.Count > MostDimensions)
            throw new ArgumentException($"A Sobol sequence has at most {MostDimensions} dimensions here.", nameof(space));
        _space = space;
        _directions = [.. Enumerable.Range(0, space.Dimensions.Count).Select(Directions)];
        _shift = new uint[space.Dimensions.Count];
    }

    public IReadOnlyList<double> Next(int number, IReadOnlyList<Observation> before) =>
        _space.At(dimension => (Coordinate(dimension, number) + 0.5) / Math.Pow(2, Bits));

    /// <summary>The numerator of a coordinate, of 2^32.</summary>
    internal uint Coordinate(int dimension, int number)
    {
        var gray = (uint)number ^ ((uint)number >> 1);
        var coordinate = _shift[dimension];
        for (; gray != 0; gray &= gray - 1)
            coordinate ^= _directions[dimension][BitOperations.TrailingZeroCount(gray)];
        return coordinate;
    }

    private static uint[] Directions(int dimension)
    {
        var directions = new uint[Bits];
        if (dimension == 0)
        {
            for (var bit = 0; bit < Bits; bit++)
                directions[bit] = 1u << (Bits - 1 - bit);
            return directions;
        }

        var (coefficients, initial) = s_polynomials[dimension - 1];
        var degree = initial.Length;
        for (var bit = 0; bit < Bits; bit++)
        {
            if (bit < degree)
            {
                directions[bit] = initial[bit] << (Bits - 1 - bit);
                continue;
            }

            directions[bit] = directions[bit - degree] ^ (directions[bit - degree] >> degree);
            for (var term = 1; term < degree; term++)
                directions[bit] ^= ((coefficients >> (degree - 1 - term)) & 1) * directions[bit - term];
        }

        return directions;
    }
}
