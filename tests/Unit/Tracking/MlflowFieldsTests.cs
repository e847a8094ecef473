using System.Text.Json;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class MlflowFieldsTests
{
    [Fact]
    public void Names_may_be_snake_case_or_camelCase_and_null_is_absent()
    {
        var fields = Fields("""{"runId": "a", "max_results": null, "pageToken": "t"}""");

        Assert.Equal("a", fields.Required("run_id"));
        Assert.Null(fields.WholeNumber("max_results"));
        Assert.Equal("t", fields.Text("page_token"));
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("\"5\"", 5)]
    [InlineData("5.0", 5)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void A_whole_number_may_be_a_text(string json, long expected) =>
        Assert.Equal(expected, Fields($$"""{"n": {{json}}}""").WholeNumber("n"));

    [Theory]
    [InlineData("1", 1)]
    [InlineData("true", 1)]
    [InlineData("\"2.5\"", 2.5)]
    [InlineData("\"NaN\"", double.NaN)]
    [InlineData("\"-Infinity\"", double.NegativeInfinity)]
    [InlineData("1e999", double.PositiveInfinity)]
    public void A_number_may_be_a_text_or_a_flag(string json, double expected) =>
        Assert.Equal(expected, Fields($$"""{"n": {{json}}}""").Number("n"));

    [Theory]
    [InlineData("\"x\"", "'n' supplied", "'str'")]
    [InlineData("[1]", "Invalid value [1] for", "'list'")]
    [InlineData("5.5", "Invalid value 5.5 for", "'float'")]
    [InlineData("{}", "Invalid value {} for", "'dict'")]
    [InlineData("9223372036854775808", "Invalid value", "'float'")]
    public void A_wrong_type_is_told_with_its_value(string json, string part, string type)
    {
        var refusal = Assert.Throws<SlipwayException>(() => Fields($$"""{"n": {{json}}}""").WholeNumber("n"));

        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(type, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("7")]
    public void A_text_that_no_database_can_keep_is_refused(string json) =>
        Assert.Throws<SlipwayException>(() => Fields($$"""{"t": {{json}}}""").Text("t"));

    [Fact]
    public void A_field_within_a_list_is_named_with_its_place()
    {
        var tag = Fields("""{"tags": [{"key": "a"}, {"key": ""}]}""").Objects("tags")[1];

        var refusal = Assert.Throws<SlipwayException>(() => tag.Required("key"));

        Assert.StartsWith("Missing value for required parameter 'tags[1].key'.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b/c_d.e-f:g", true)]
    [InlineData("größe", true)]
    [InlineData(".", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData("a/./b", false)]
    [InlineData("a/../b", false)]
    [InlineData("..a", false)]
    [InlineData("a;b", false)]
    [InlineData("a\nb", false)]
    public void Keys_are_paths_in_their_normal_form(string key, bool allowed)
    {
        var refusal = Record.Exception(() => MlflowNames.DemandKey("metric", "key", key));

        Assert.Equal(allowed, refusal is null);
    }

    [Fact]
    public void A_page_token_of_another_search_is_refused()
    {
        var token = PageToken.Encode(20, "runs of 1");

        Assert.Equal(20, PageToken.Decode(token, "runs of 1"));
        Assert.Equal(0, PageToken.Decode("", "runs of 1"));
        Assert.Throws<SlipwayException>(() => PageToken.Decode(token, "runs of 2"));
        Assert.Throws<SlipwayException>(() => PageToken.Decode("bm8=", "runs of 1"));
        Assert.Throws<SlipwayException>(() => PageToken.Decode("%%%", "runs of 1"));
    }

    private static MlflowFields Fields(string json) => new(JsonElement.Parse(json));
}
