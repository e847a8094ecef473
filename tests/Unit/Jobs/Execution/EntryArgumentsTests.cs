using Slipway.Jobs.Parallel;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs.Execution;

public sealed class EntryArgumentsTests
{
    [Fact]
    public void Words_are_split_as_a_shell_does_and_those_for_the_engine_are_taken_out()
    {
        var (arguments, engine) = EntryArguments.Read(
            """--model /m  --name 'a "b" c' --error_threshold 5 --x="1 2" a\ b '' --allowed_failed_percent=30 --copy_logs_to_parent True --last""");

        Assert.Equal(["--model", "/m", "--name", "a \"b\" c", "--x=1 2", "a b", "", "--last"], arguments);
        Assert.Equal((5, 30, null), (engine.ErrorThreshold, engine.AllowedFailedPercent, engine.AllowedFailedCount));
    }

    [Fact]
    public void A_threshold_that_is_no_number_is_refused() =>
        Assert.Contains("--error_threshold is 'few'", Assert.Throws<SlipwayException>(() => EntryArguments.Read("--error_threshold few")).Message);
}
