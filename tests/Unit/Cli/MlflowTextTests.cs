using Slipway.Cli.Mlflow;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class MlflowTextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1700000000000 0.5 3", 0.5, 3)]
    [InlineData("1700000000000 1e-05", 1e-05, 0)]
    [InlineData("1700000000000 nan -1", double.NaN, -1)]
    [InlineData("1700000000000 -inf 0", double.NegativeInfinity, 0)]
    [InlineData("1700000000000 0.5 3 train abc", 0.5, 3)]
    public void A_line_of_a_metric_is_a_point(string line, double value, long step) =>
        Assert.Equal(new SourcePoint(1700000000000, step, value), MetricLines.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("1700000000000")]
    [InlineData("now 0.5 3")]
    [InlineData("-5 0.5 3")]
    [InlineData("1700000000000 high 3")]
    [InlineData("1700000000000 0.5 third")]
    public void Any_other_line_is_none(string line) => Assert.Null(MetricLines.Parse(line));

    [Theory]
    [InlineData("file:///a/b%20c", "/a/b c")]
    [InlineData("file:/a/b", "/a/b")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("mlruns/0/x", "mlruns/0/x")]
    [InlineData("s3://bucket/x", null)]
    [InlineData("mlflow-artifacts:/0/x", null)]
    public void A_path_is_told_from_a_store(string uri, string? path) => Assert.Equal(path, ArtifactPlaces.LocalPath(uri));

    [Theory]
    [InlineData("mlflow-artifacts:/1/run7/artifacts", "copy/1/run7/artifacts")]
    [InlineData("s3://bucket/mlflow/1/run7/artifacts", "copy/1/run7/artifacts")]
    [InlineData("s3://bucket/run7/artifacts", null)]
    [InlineData("mlflow-artifacts:/../../1/run7/artifacts", "copy/1/run7/artifacts")]
    [InlineData("s3://bucket/1/other/artifacts", null)]
    public void A_copy_of_artifacts_is_searched_by_the_end_of_the_place(string uri, string? expected)
    {
        Directory.CreateDirectory(_folder.File("copy/1/run7/artifacts"));
        Directory.CreateDirectory(_folder.File("copy/1/other"));

        var found = new ArtifactPlaces(_folder.Path, _folder.File("copy")).Find(uri, "run7", null);

        Assert.Equal(expected is null ? null : _folder.File(expected), found);
    }

    [Fact]
    public void Artifacts_beside_their_run_are_found_wherever_the_folder_was_moved()
    {
        Directory.CreateDirectory(_folder.File("mlruns/1/run7/artifacts"));

        var found = new ArtifactPlaces(_folder.Path, null).Find("file:///old/machine/1/run7/artifacts", "run7", _folder.File("mlruns/1/run7"));

        Assert.Equal(_folder.File("mlruns/1/run7/artifacts"), found);
    }

    [Fact]
    public void A_file_that_is_no_database_of_MLflow_is_refused()
    {
        File.WriteAllText(_folder.File("x.db"), "text, and more of it than a header has, so that it is read");

        var refusal = Assert.Throws<Slipway.Kernel.SlipwayException>(() => new MlflowDatabase(_folder.File("x.db")));

        Assert.Contains("cannot be read as a SQLite database", refusal.Message, StringComparison.Ordinal);
    }
}
