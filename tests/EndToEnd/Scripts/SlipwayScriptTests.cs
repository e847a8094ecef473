using Xunit;

namespace Slipway.EndToEnd.Scripts;

public sealed class SlipwayScriptTests : IDisposable
{
    private readonly Checkout _checkout = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _checkout.Dispose();

    [Fact]
    public async Task The_first_call_builds_and_says_so_and_the_second_does_neither()
    {
        var first = await _checkout.RunAsync("slipway", [], Ct);
        var second = await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal("slipway: building (about a minute the first time)\n", first.Error);
        Assert.Equal("", second.Error);
        Assert.Equal(1, _checkout.Builds);
    }

    [Theory]
    [InlineData("src/Cli/Program.cs")]
    [InlineData("src/Registry/New.cs")]
    [InlineData("Directory.Build.props")]
    [InlineData("BannedSymbols.txt")]
    public async Task A_file_that_is_written_after_the_build_makes_it_build_again(string source)
    {
        await _checkout.RunAsync("slipway", [], Ct);

        await File.WriteAllTextAsync(_checkout.PathOf(source), "changed", Ct);
        await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task A_file_that_is_deleted_after_the_build_makes_it_build_again()
    {
        await _checkout.RunAsync("slipway", [], Ct);

        File.Delete(_checkout.PathOf("src/Cli/Program.cs"));
        await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal(2, _checkout.Builds);
    }

    [Fact]
    public async Task Through_a_link_and_from_any_folder_the_program_gets_folder_arguments_and_exit_code_as_they_are()
    {
        var elsewhere = Directory.CreateDirectory(_checkout.PathOf("some where")).FullName;
        File.CreateSymbolicLink(_checkout.PathOf("some where/link"), _checkout.PathOf("slipway"));

        var call = await _checkout.RunAsync("some where/link", ["sql", "select 1  as \"a\"", "", "*"], elsewhere, Ct);

        Assert.Equal($"in {elsewhere}\n<sql>\n<select 1  as \"a\">\n<>\n<*>\n", call.Output);
        Assert.Equal(3, call.ExitCode);
    }

    [Fact]
    public async Task Two_calls_at_once_build_once()
    {
        var calls = await Task.WhenAll(
            _checkout.RunAsync("slipway", ["one"], Ct), _checkout.RunAsync("slipway", ["other"], Ct));

        Assert.Equal(1, _checkout.Builds);
        Assert.Contains("<one>", calls[0].Output, StringComparison.Ordinal);
        Assert.Contains("<other>", calls[1].Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_build_shows_the_compilers_words_and_is_tried_again_the_next_time()
    {
        await File.WriteAllTextAsync(_checkout.PathOf("broken"), "", Ct);

        var failed = await _checkout.RunAsync("slipway", [], Ct);
        File.Delete(_checkout.PathOf("broken"));
        var repaired = await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal(1, failed.ExitCode);
        Assert.Equal("", failed.Output);
        Assert.Contains("Program.cs(1,1): error CS1002", failed.Error, StringComparison.Ordinal);
        Assert.StartsWith("in ", repaired.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_sdk_it_says_where_to_get_it()
    {
        await File.WriteAllTextAsync(_checkout.PathOf("no-sdk"), "", Ct);

        var call = await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal(1, call.ExitCode);
        Assert.Equal(
            "slipway: the .NET 10 SDK is missing; get it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this "
            + "again.\n",
            call.Error);
    }

    [Fact]
    public async Task Npm_packages_are_fetched_once_when_the_lock_file_is_newer_than_they_are()
    {
        await _checkout.RunAsync("slipway", [], Ct);
        Assert.DoesNotContain(_checkout.Calls, call => call.StartsWith("npm", StringComparison.Ordinal));

        await File.WriteAllTextAsync(_checkout.PathOf("native/package-lock.json"), "{}", Ct);
        await _checkout.RunAsync("slipway", [], Ct);
        await _checkout.RunAsync("slipway", [], Ct);

        var call = Assert.Single(_checkout.Calls, call => call.StartsWith("npm", StringComparison.Ordinal));
        Assert.Contains("native ci --ignore-scripts", call, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Npm_packages_that_are_a_link_to_a_shared_installation_are_left_alone()
    {
        Directory.Move(_checkout.PathOf("native/node_modules"), _checkout.PathOf("shared"));
        Directory.CreateSymbolicLink(_checkout.PathOf("native/node_modules"), _checkout.PathOf("shared"));
        await File.WriteAllTextAsync(_checkout.PathOf("native/package-lock.json"), "{}", Ct);

        await _checkout.RunAsync("slipway", [], Ct);

        Assert.Equal(1, _checkout.Builds);
        Assert.DoesNotContain(_checkout.Calls, call => call.StartsWith("npm", StringComparison.Ordinal));
    }
}
