using Slipway.Jobs.Planning;
using Xunit;

namespace Slipway.Unit.Jobs.Execution;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("run $[[--rate ${{inputs.rate}}]] now", "run --rate ${{inputs.rate}} now")]
    [InlineData("run $[[--size ${{inputs.size}}]] now", "run  now")]
    [InlineData("a $[[${{inputs.rate}} ${{inputs.size}}]] b $[[${{inputs.rate}}]]", "a  b ${{inputs.rate}}")]
    [InlineData("$VAR $(ls) %d {}", "$VAR $(ls) %d {}")]
    public void Optional_parts_stay_when_all_their_inputs_have_a_value(string command, string expected) =>
        Assert.Equal(expected, Placeholders.KeepOptional(command, name => name == "rate"));

    [Fact]
    public void What_has_no_value_yet_stands_as_it_is() =>
        Assert.Equal(
            "7 ${{outputs.b}}", Placeholders.Fill("${{ inputs.a }} ${{outputs.b}}", expression => expression.Name == "a" ? "7" : null));
}
