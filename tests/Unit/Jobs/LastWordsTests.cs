using Slipway.Jobs.Compute;
using Xunit;

namespace Slipway.Unit.Jobs;

/// <summary>What is told of a command that failed.</summary>
public sealed class LastWordsTests
{
    [Fact]
    public void Of_several_processes_those_of_the_one_that_failed_first_are_told() => Assert.Equal(
        ". Process 2 of 4 failed first; its last words: ValueError: no such column",
        LastWords.Of(
        [
            "[2] Traceback (most recent call last):", "[0] step 7", "[2] ValueError: no such column",
            "[Process 2 of 4 ended with exit code 1; the others are ended.]", "[0] KeyboardInterrupt", "[12] Terminated",
        ]));

    [Fact]
    public void One_that_said_nothing_is_named_all_the_same() => Assert.Equal(
        ". Process 1 of 3 failed first, without a word.",
        LastWords.Of(["[0] step 7", "[Process 1 of 3 ended with exit code 7; the others are ended.]", "srun: error: node2"]));

    [Fact]
    public void Of_a_single_process_the_last_line_is_told_and_a_long_one_is_cut()
    {
        Assert.Equal(". Its last words: bye", LastWords.Of(["hello", "  bye "]));
        Assert.Equal($". Its last words: {new string('x', 197)}...", LastWords.Of([new string('x', 300)]));
        Assert.Equal(".", LastWords.Of([]));
    }
}
