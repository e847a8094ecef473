using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Slipway.Unit.DuckDb;
using Xunit;

namespace Slipway.Unit.XGBoost;

[Collection(MeasuredAlone.Name)]
public sealed class XgbMemoryTests
{
    [Fact]
    public void A_loop_of_training_and_predicting_does_not_grow()
    {
        var data = new SampleData(20_000, 10);
        for (var i = 0; i < 15; i++)
            Once(data);

        // One leaked matrix alone would be 60 times half a mebibyte, every time; other heaps grow once in a while.
        var grown = long.MaxValue;
        for (var attempt = 0; attempt < 5 && grown >= 20; attempt++)
        {
            var before = ResidentMebibytes();
            for (var i = 0; i < 60; i++)
                Once(data);
            grown = Math.Min(grown, ResidentMebibytes() - before);
        }

        Assert.True(grown < 20, $"grew by {grown} MiB");
    }

    private static void Once(SampleData data)
    {
        using var matrix = data.Matrix();
        using var training = XgbTrainer.Train(
            SampleData.Binary(), matrix, [new("train", matrix)], new XgbSchedule(3, EarlyStopping: 1), null,
            TestContext.Current.CancellationToken);
        training.Booster.Predict(matrix);
        using var loaded = XgbBooster.Load(training.Booster.SaveJson());
        loaded.Predict(matrix);
        Assert.Throws<SlipwayException>(() => XgbMatrix.FromRows([1, float.PositiveInfinity], [new("a")]));
    }

    private static long ResidentMebibytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet >> 20;
    }
}
