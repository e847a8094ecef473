using Slipway.Jobs.Definitions;
using Xunit;

namespace Slipway.Unit.Jobs;

public sealed class OptionalTextTests
{
    [Theory]
    [InlineData("run $[[--n ${{inputs.n}}]] end", "run --n 5 end")]
    [InlineData("run $[[--m ${{inputs.m}}]] end", "run  end")]
    [InlineData("run $[[--n ${{inputs.n}} --m ${{inputs.m}}]]", "run ")]
    [InlineData("run $[[inputs.m]]", "run inputs.m")]
    [InlineData("run $[[ open", "run $[[ open")]
    [InlineData("a ${{inputs.m}} b", "a  b")]
    [InlineData("$HOME ${{ inputs.n }}%", "$HOME 5%")]
    public void An_optional_part_vanishes_when_an_input_in_it_has_no_value(string command, string filled)
    {
        Assert.Equal(filled, OptionalText.Fill(command, expression => expression.Name == "n" ? "5" : null));
    }
}
