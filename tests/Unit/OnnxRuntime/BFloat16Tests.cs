using Slipway.Engines.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.OnnxRuntime;

public sealed class BFloat16Tests
{
    // As torch.tensor(x).to(torch.bfloat16) has them.
    [Theory]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1f, 0x3F80)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(1.00390637f, 0x3F81)]
    [InlineData(3.14159274f, 0x4049)]
    [InlineData(3.4028235E+38f, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(1E-45f, 0x0000)]
    public void A_float_becomes_the_nearest_one(float value, ushort bits)
    {
        Assert.Equal(bits, ((BFloat16)value).Bits);
    }

    [Fact]
    public void Each_one_is_a_float_and_comes_back_as_it_was()
    {
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var value = new BFloat16((ushort)bits);

            Assert.Equal(float.IsNaN((float)value) ? BFloat16.NaN : value, (BFloat16)(float)value);
        }
    }
}
