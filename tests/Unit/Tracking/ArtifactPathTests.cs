using Slipway.Kernel;
using Slipway.Tracking.Artifacts;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class ArtifactPathTests
{
    [Theory]
    [InlineData("a/b.txt", "a/b.txt")]
    [InlineData("a//b/./c", "a/b/c")]
    [InlineData("100%.txt", "100%.txt")]
    [InlineData("a%20b", "a%20b")]
    [InlineData("..a/b..", "..a/b..")]
    [InlineData("größe/☃", "größe/☃")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_path_within_is_kept(string? path, string expected) => Assert.Equal(expected, ArtifactPath.Parse(path).Value);

    [Theory]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("/etc/passwd")]
    [InlineData("%2e%2e/a")]
    [InlineData("%252e%252e%252fa")]
    [InlineData("%2fetc")]
    [InlineData("a%5c..%5cb")]
    [InlineData("a\\b")]
    [InlineData("C:/x")]
    [InlineData("c%3a/x")]
    [InlineData("a#b")]
    [InlineData("a%23b")]
    [InlineData("a\0b")]
    [InlineData("a%00b")]
    [InlineData("a\nb")]
    [InlineData("file:///etc/passwd")]
    public void A_path_that_tries_to_leave_is_refused(string path)
    {
        var refusal = Assert.Throws<SlipwayException>(() => ArtifactPath.Parse(path));

        Assert.Equal((ErrorCode.InvalidParameter, "Invalid path"), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void A_path_or_part_that_no_store_can_keep_is_refused()
    {
        Assert.Throws<SlipwayException>(() => ArtifactPath.Parse(new string('a', 256)));
        Assert.Throws<SlipwayException>(() => ArtifactPath.Parse(string.Join('/', Enumerable.Repeat("abcdefghij", 100))));
        Assert.Equal(255, ArtifactPath.Parse(new string('a', 255)).Value.Length);
    }

    [Theory]
    [InlineData("mlflow-artifacts:/1/x/artifacts", "1/x/artifacts")]
    [InlineData("mlflow-artifacts://host:5000/1/x", "1/x")]
    [InlineData("http://127.0.0.1:5000/api/2.0/mlflow-artifacts/artifacts/1/x", "1/x")]
    [InlineData("s3://bucket/1", null)]
    [InlineData("/data/1", null)]
    public void The_place_of_a_URI_is_its_path_in_this_store_or_elsewhere(string uri, string? expected) =>
        Assert.Equal(expected, ArtifactPath.OfUri(uri)?.Value);
}
