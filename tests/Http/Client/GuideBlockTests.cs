using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Client;

public sealed class GuideBlockTests
{
    private const string Indent = "        ";

    [Theory]
    [InlineData("docs/guides/dotnet-client.md")]
    [InlineData("src/Client/README.md")]
    public async Task What_a_document_shows_of_the_client_compiles(string document)
    {
        var shown = Block(await ReadAsync(document));
        var compiled = await ReadAsync("tests/Http/Client/GuideBlocks.cs");
        var first = Array.IndexOf(compiled, $"{Indent}// {document}") + 1;

        Assert.Equal("using Slipway.Client;", shown[0]);
        Assert.StartsWith("using var client = new SlipwayClient(", shown[2]);
        Assert.Equal(
            shown.Skip(4).Select(line => line.Length == 0 ? line : Indent + line),
            compiled.Skip(first).TakeWhile(line => line != "    }"));
    }

    private static string[] Block(string[] lines) =>
        [.. lines.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];

    private static Task<string[]> ReadAsync(string path) =>
        File.ReadAllLinesAsync(Repository.Path(path), TestContext.Current.CancellationToken);
}
