using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Scripts;

public sealed class TestScriptTests : IDisposable
{
    private readonly Checkout _checkout = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public async Task The_last_line_sums_up_the_reports_of_all_projects()
    {
        _checkout.Outcome("Architecture", Report(passed: 12));
        _checkout.Outcome("Unit", Report(passed: 230));

        var run = await RunAsync("unit", "architecture");

        Assert.Equal("242 passed, 0 failed", LastLine(run));
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Failures_and_errors_of_fixtures_are_both_failures()
    {
        _checkout.Outcome("Unit", Report(passed: 5, failed: 2, errors: 1) + "exit 1");

        var run = await RunAsync("unit");

        Assert.Equal("5 passed, 3 failed", LastLine(run));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task A_test_that_fails_and_then_passes_alone_counts_as_passed_and_is_named()
    {
        _checkout.Outcome("Unit", $"if [ -e again ]; then {Report(passed: 1)} else touch again; {Report(passed: 5, failed: 1)} exit 1; fi");

        var run = await RunAsync("unit");

        Assert.Equal("6 passed, 0 failed", LastLine(run));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("test: FAILED, once more alone: Slipway.Unit.SomeTests.Fails_1", run.Error, StringComparison.Ordinal);
        Assert.Contains("test: FLAKY", run.Error, StringComparison.Ordinal);
        Assert.Contains(_checkout.Calls, call => call.EndsWith("-method Slipway.Unit.SomeTests.Fails_1 -parallel none", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, false)]
    public async Task Tests_that_fail_again_or_that_are_many_are_failures(int failed, bool twice)
    {
        _checkout.Outcome("Unit", Report(passed: 5, failed: failed) + "exit 1");

        var run = await RunAsync("unit");

        Assert.Equal($"5 passed, {failed} failed", LastLine(run));
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(twice ? 2 : 1, _checkout.Calls.Count(call => call.Contains("-xml", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("echo '1000 passed, 0 failed'; exit 134", "ended with code 134 and without a report")]
    [InlineData("exit 0", "ended with code 0 and without a report")]
    public async Task A_project_that_crashes_is_one_failure(string outcome, string reason)
    {
        _checkout.Outcome("Unit", outcome);

        var run = await RunAsync("unit");

        Assert.Equal("0 passed, 1 failed", LastLine(run));
        Assert.Contains($"test: FAILED: Unit {reason}", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task A_project_that_hangs_is_stopped_with_what_it_started_and_is_one_failure()
    {
        _checkout.Environment["SLIPWAY_TEST_MINUTES"] = "0.01";
        _checkout.Outcome("Unit", "sleep 1000 & echo $! > sleeper; wait");

        var run = await RunAsync("unit");

        Assert.Equal("0 passed, 1 failed", LastLine(run));
        Assert.Contains("test: FAILED: Unit did not end within 0.01 minutes", run.Error, StringComparison.Ordinal);
        await WaitUntilGoneAsync(await File.ReadAllTextAsync(_checkout.PathOf("sleeper"), Ct));
    }

    [Fact]
    public async Task A_project_that_ends_with_an_error_after_its_tests_passed_is_one_failure()
    {
        _checkout.Outcome("Unit", Report(passed: 5) + "exit 139");

        var run = await RunAsync("unit");

        Assert.Equal("5 passed, 1 failed", LastLine(run));
    }

    [Fact]
    public async Task A_project_without_tests_is_a_failure_unless_a_filter_left_none()
    {
        _checkout.Outcome("Architecture", Report(passed: 3));
        _checkout.Outcome("Unit", Report(passed: 0));

        var all = await RunAsync("architecture", "unit");
        var filtered = await RunAsync("architecture", "unit", "--", "-class", "*Some Thing*");

        Assert.Equal("3 passed, 1 failed", LastLine(all));
        Assert.Equal("3 passed, 0 failed", LastLine(filtered));
        Assert.Contains(_checkout.Calls, call => call.EndsWith("-class *Some Thing*", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_filter_that_leaves_no_test_at_all_is_a_failure()
    {
        _checkout.Outcome("Unit", Report(passed: 0));

        var run = await RunAsync("unit", "--", "-class", "Mistyped");

        Assert.Equal("0 passed, 1 failed", LastLine(run));
    }

    [Fact]
    public async Task A_build_that_fails_is_a_failure_and_nothing_runs()
    {
        _checkout.Outcome("Unit", Report(passed: 5));
        await File.WriteAllTextAsync(_checkout.PathOf("broken"), "", Ct);

        var run = await RunAsync("unit");

        Assert.Equal("0 passed, 1 failed", LastLine(run));
        Assert.Contains("error CS1002", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_no_project_is_refused_with_the_names_that_are()
    {
        var run = await RunAsync("untis");

        Assert.Equal(
            "test: 'untis' is no test project; there are: architecture unit storage http endtoend studio.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    private static string Report(int passed, int failed = 0, int errors = 0) =>
        $"""
        while [ "$1" != -xml ]; do shift; done
        echo '<?xml version="1.0"?><assemblies><assembly name="a" errors="{errors}" failed="{failed}" not-run="0"' \
            'passed="{passed}" skipped="0" total="{passed + failed}"><errors />{string.Concat(Enumerable.Range(1, failed).Select(Failed))}</assembly></assemblies>' > "$2"

        """;

    private static string Failed(int number) =>
        $"""<test name="A sentence: {number}" type="Slipway.Unit.SomeTests" method="Fails_{number}" time="0.1" result="Fail"><failure /></test>""";

    // Polled, because a signal takes effect a moment after it is sent; a zombie is dead, though nobody has asked for it.
    private static async Task WaitUntilGoneAsync(string pid)
    {
        var state = $"/proc/{pid.Trim()}/stat";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (File.Exists(state) && !(await File.ReadAllTextAsync(state, Ct)).Contains(") Z ", StringComparison.Ordinal))
            await Task.Delay(20, limit.Token);
    }

    private static string LastLine(Executable.Finished run) => run.Output.TrimEnd('\n').Split('\n')[^1];

    private Task<Executable.Finished> RunAsync(params string[] arguments) => _checkout.RunAsync("test", arguments, Ct);
}
