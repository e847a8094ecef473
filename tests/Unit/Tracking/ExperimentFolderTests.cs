using Slipway.Kernel;
using Slipway.Tracking.Moves;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class ExperimentFolderTests
{
    [Theory]
    [InlineData("team", "team/fraud/v2", "fraud/v2", "team/fraud")]
    [InlineData("team/", "team/fraud", "fraud", null)]
    [InlineData("team", "teams/fraud", null, null)]
    [InlineData("team", "team", null, null)]
    [InlineData("/team", "/team/fraud", "fraud", null)]
    [InlineData("", "team/fraud", "team/fraud", "team")]
    [InlineData("/", "Default", "Default", null)]
    [InlineData("team", "team//x", "/x", null)]
    public void A_name_is_in_the_folders_before_its_slashes(string folder, string name, string? within, string? inner)
    {
        var parsed = ExperimentFolder.Parse(folder);

        Assert.Equal(within, parsed.Within(name));
        Assert.Equal(inner, within is null ? null : parsed.FolderOf(within));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("a/ /b")]
    public void A_folder_has_no_empty_parts(string text) =>
        Assert.Contains("is not a folder", Assert.Throws<SlipwayException>(() => ExperimentFolder.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a", "b", "b/x,b/y/z")]
    [InlineData("a", "", "x,y/z")]
    [InlineData("a", "b/c", "b/c/x,b/c/y/z")]
    public void Moving_a_folder_renames_what_is_in_it(string from, string to, string names)
    {
        var renamed = ExperimentFolder.Parse(from).Renamed([(1, "a/x"), (2, "a/y/z"), (3, "ab/x"), (4, "a")], ExperimentFolder.Parse(to));

        Assert.Equal(names, string.Join(',', renamed.OrderBy(pair => pair.Key).Select(pair => pair.Value)));
    }

    [Theory]
    [InlineData("a", "a/b")]
    [InlineData("a", "a")]
    [InlineData("", "a")]
    public void A_folder_cannot_go_into_itself(string from, string to) => Assert.Throws<SlipwayException>(
        () => ExperimentFolder.Parse(from).Renamed([(1, "a/x")], ExperimentFolder.Parse(to)));
}
