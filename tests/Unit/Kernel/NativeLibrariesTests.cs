using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Kernel;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void A_library_that_is_not_installed_is_unavailable_and_the_message_says_how_to_get_it()
    {
        var file = new NativeLibraryFile(
            "nothere", "Nothing", "libnothere.so", "libnothere.dylib", "nothere.dll", NativeLibraryFile.FromNpm);

        var refusal = Assert.Throws<SlipwayException>(() => NativeLibraries.Load(file));

        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.Contains("npm ci --ignore-scripts", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(file.FileName, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libduckdb.so", "libduckdb.dylib", "duckdb.dll")]
    [InlineData("libonnxruntime.so.1", "libonnxruntime.1.dylib", "onnxruntime.dll")]
    public void The_build_puts_the_engines_of_npm_beside_the_program(string linux, string mac, string windows)
    {
        var file = new NativeLibraryFile("engine", "The engine", linux, mac, windows, NativeLibraryFile.FromNpm);

        Assert.NotEqual(0, NativeLibraries.Load(file));
        Assert.True(File.Exists(Path.Combine(
            AppContext.BaseDirectory, "runtimes", NativeLibraries.Rid, "native", file.FileName)));
    }
}
