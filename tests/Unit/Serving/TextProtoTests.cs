using System.Text;
using Slipway.Kernel;
using Slipway.Serving.Runtimes.Onnx;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class TextProtoTests
{
    [Fact]
    public void Fields_are_read_in_all_the_forms_that_the_format_has()
    {
        var read = TextProto.Parse(
            """
            # a comment
            name: "a" 'b'   version: -3;
            dims: [1, 2]  dims: 3
            inner { name: "x\"y" }, inner: < name: z >
            list [ { n: 1 } , { n: 2 } ]
            """,
            "config.pbtxt");

        Assert.Equal("ab", read.Text("name"));
        Assert.Equal([-3], read.Numbers("version"));
        Assert.Equal([1, 2, 3], read.Numbers("dims"));
        Assert.Equal(["x\"y", "z"], read.Messages("inner").Select(inner => inner.Text("name")));
        Assert.Equal([1, 2], read.Messages("list").SelectMany(item => item.Numbers("n")));
        Assert.Null(read.Text("nothing"));
    }

    [Theory]
    [InlineData("a: \"x", "line 1: a text without its end")]
    [InlineData("a: 1\n}", "line 2: '}' is unexpected")]
    [InlineData("a {", "line 1: it ends too early")]
    [InlineData("a: [1 2]", "line 1: ',' or ']' is missing")]
    public void What_is_wrong_is_told_with_its_line(string text, string words)
    {
        var refusal = Assert.Throws<SlipwayException>(() => TextProto.Parse(text, "config.pbtxt"));

        Assert.Equal($"config.pbtxt, {words}.", refusal.Message);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var text = string.Concat(Enumerable.Repeat("a {", 10_000));

        Assert.Contains("messages in each other", Assert.Throws<SlipwayException>(() => TextProto.Parse(text, "f")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_stands_in_a_file_it_is_read_or_refused_in_words()
    {
        var random = new Random(11);
        string[] pieces = ["a", "name", ":", "{", "}", "<", ">", "[", "]", ",", ";", "\"", "'", "\\", "#", "\n", " ", "12", "-", "é", "\0"];
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(12); i >= 0; i--)
                text.Append(pieces[random.Next(pieces.Length)]);
            try
            {
                TextProto.Parse(text.ToString(), "f");
            }
            catch (SlipwayException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 19_999);
    }
}
