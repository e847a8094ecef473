using Slipway.Jobs.Compute;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Jobs.Execution;

public sealed class StepLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_of_several_threads_do_not_mix()
    {
        await using var log = new StepLog(_folder.File("log"), 1 << 20);

        await Parallel.ForAsync(0, 200, Ct, (number, _) =>
        {
            log.WriteLine(new string((char)('a' + (number % 26)), 50));
            return ValueTask.CompletedTask;
        });

        Assert.All(await File.ReadAllLinesAsync(_folder.File("log"), Ct), line => Assert.Equal(new string(line[0], 50), line));
    }

    [Fact]
    public async Task Beyond_its_limit_only_the_end_is_kept_and_what_is_left_out_is_said()
    {
        var log = new StepLog(_folder.File("log"), 128 * 1024);
        for (var line = 0; line < 100_000; line++)
            log.WriteLine($"line {line:000000}");
        Assert.Equal("line 099999", log.LastLines()[^1]);

        await log.DisposeAsync();

        var text = await File.ReadAllTextAsync(_folder.File("log"), Ct);
        Assert.StartsWith("line 000000\n", text);
        Assert.EndsWith("line 099999\n", text);
        Assert.Contains("[1068928 bytes left out]", text);
        Assert.InRange(text.Length, 128 * 1024, 129 * 1024);
    }

    [Fact]
    public async Task A_log_that_nobody_writes_to_makes_no_file_and_a_closed_one_takes_no_more()
    {
        var silent = new StepLog(_folder.File("silent"), 1 << 20);
        Assert.Empty(silent.LastLines());
        await silent.DisposeAsync();

        silent.WriteLine("too late");

        Assert.False(File.Exists(_folder.File("silent")));
    }

    [Fact]
    public async Task Growth_and_the_end_are_told()
    {
        var log = new StepLog(_folder.File("log"), 1 << 20);
        var grew = log.Grew;
        Assert.False(grew.IsCompleted);
        log.WriteLine("a");
        await grew.WaitAsync(Ct);
        grew = log.Grew;

        await log.DisposeAsync();

        await grew.WaitAsync(Ct);
    }
}
