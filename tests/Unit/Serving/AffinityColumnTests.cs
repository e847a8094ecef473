using System.Text;
using Slipway.Serving.Routing;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class AffinityColumnTests
{
    [Theory]
    [InlineData("""{"inputs":[{"name":"x","data":[1]},{"name":"user","shape":[2,1],"data":[["ann"],["bob"]]}]}""", "ann")]
    [InlineData("""{"inputs":{"user":["ann","bob"]}}""", "ann")]
    [InlineData("""{"dataframe_split":{"columns":["x","user"],"data":[[1,"ann"],[2,"bob"]]}}""", "ann")]
    [InlineData("""{"input_data":{"columns":["user"],"index":[0],"data":[[7]]}}""", "7")]
    [InlineData("""{"dataframe_records":[{"x":1,"user":"ann"}]}""", "ann")]
    [InlineData("""{"instances":[{"user":"ann"}]}""", "ann")]
    [InlineData("""[{"user":"ann"}]""", "ann")]
    [InlineData("""{"input_data":[{"user":"ann"}]}""", "ann")]
    public void The_first_value_of_the_column_is_found_in_every_form(string body, string expected) =>
        Assert.Equal(expected, AffinityColumn.Find(Encoding.UTF8.GetBytes(body), "user"));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("[[1]]")]
    [InlineData("""{"inputs":[{"name":"x","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"user","data":[]}]}""")]
    [InlineData("""{"inputs":[{"name":7,"data":[1]}]}""")]
    [InlineData("""{"inputs":{"user":null}}""")]
    [InlineData("""{"inputs":{"user":{"a":1}}}""")]
    [InlineData("""{"dataframe_split":{"columns":["x"],"data":[[1]]}}""")]
    [InlineData("""{"dataframe_split":{"columns":["x","user"],"data":[[1]]}}""")]
    [InlineData("""{"dataframe_split":{"columns":"user","data":1}}""")]
    [InlineData("""{"dataframe_split":{"columns":[1,null,"user"],"data":[]}}""")]
    public void A_body_without_it_has_none_and_nothing_is_refused(string body) =>
        Assert.Null(AffinityColumn.Find(Encoding.UTF8.GetBytes(body), "user"));
}
