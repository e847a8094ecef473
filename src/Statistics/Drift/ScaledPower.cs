namespace Slipway.Statistics.Drift;

/// <summary>A power of a square matrix, as values times a power of ten, so that it neither overflows nor vanishes.</summary>
internal readonly record struct ScaledPower(double[,] Values, int Exponent)
{
    private const double Large = 1e140;
    private const int Digits = 140;

    public static ScaledPower Of(double[,] matrix, int power)
    {
        if (power == 1)
            return new ScaledPower(matrix, 0);
        var half = Of(matrix, power / 2);
        var result = new ScaledPower(Product(half.Values, half.Values), 2 * half.Exponent);
        if (power % 2 == 1)
            result = result with { Values = Product(matrix, result.Values) };
        return result.Scaled();
    }

    private ScaledPower Scaled()
    {
        var middle = Values.GetLength(0) / 2;
        if (Values[middle, middle] <= Large)
            return this;
        foreach (ref var value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Values[0, 0], Values.Length))
            value /= Large;
        return this with { Exponent = Exponent + Digits };
    }

    private static double[,] Product(double[,] first, double[,] second)
    {
        var size = first.GetLength(0);
        var product = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var k = 0; k < size; k++)
            {
                var factor = first[i, k];
                for (var j = 0; j < size; j++)
                    product[i, j] += factor * second[k, j];
            }
        }

        return product;
    }
}
