using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.XGBoost;

public sealed class XgbMatrixTests
{
    [Fact]
    public void Columns_and_rows_make_the_same_matrix()
    {
        var data = new SampleData(3000, 1);
        var rows = Enumerable.Range(0, 3000).SelectMany(row => data.Columns.Select(column => column[row])).ToArray();
        using var byColumns = data.Matrix();
        using var byRows = XgbMatrix.FromRows(rows, byColumns.Features);
        using var training = XgbTrainer.Train(SampleData.Binary(), byColumns, [], new XgbSchedule(5), null, Ct);

        var predictions = training.Booster.Predict(byRows);

        Assert.Equal((3000, 3), (byRows.RowCount, byRows.ColumnCount));
        Assert.Equal(training.Booster.Predict(byColumns), predictions);
        Assert.True(predictions.Distinct().Count() > 8);
    }

    [Fact]
    public void Columns_of_different_length_are_refused_by_name()
    {
        var refusal = Assert.Throws<SlipwayException>(() =>
            XgbMatrix.FromColumns([new float[3], new float[2]], [new("distance"), new("hour")]));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains("'hour' has 2 rows but 'distance' has 3", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "no rows")]
    [InlineData(1, "occurs twice")]
    public void A_matrix_without_rows_or_with_a_name_twice_is_refused(int rows, string reason)
    {
        XgbFeature[] features = rows == 0 ? [new("a"), new("b")] : [new("a"), new("a")];

        var refusal = Assert.Throws<SlipwayException>(() => XgbMatrix.FromColumns([new float[rows], new float[rows]], features));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_for_each_row_is_needed()
    {
        using var matrix = XgbMatrix.FromRows([1, 2, 3], [new("a")]);

        var refusal = Assert.Throws<SlipwayException>(() => matrix.SetLabel([1, 0]));

        Assert.Contains("2 values but there are 3 rows", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_infinite_value_is_refused_with_the_engines_words_and_no_stack_trace()
    {
        var refusal = Assert.Throws<SlipwayException>(() => XgbMatrix.FromRows([1, float.PositiveInfinity], [new("a")]));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains("inf", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("XGBoost: Check failed", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Stack trace", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_library_is_said_with_the_command_that_brings_it()
    {
        var refusal = Assert.Throws<SlipwayException>(() => NativeLibraries.Load(
            XgbLibrary.File with { Linux = "libnone.so.0", MacOS = "libnone.dylib", Windows = "none.dll" }));

        Assert.Equal(ErrorCode.Unavailable, refusal.Code);
        Assert.Contains("apt-get install libxgboost0", refusal.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
}
