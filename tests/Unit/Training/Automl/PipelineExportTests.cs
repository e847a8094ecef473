using Slipway.Training.Automl;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Results;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;
using Xunit;

namespace Slipway.Unit.Training.Automl;

/// <summary>The exported pipeline answers as the trainer does, on rows with gaps and with what was never seen.</summary>
public sealed class PipelineExportTests
{
    private static readonly LearnedColumn[] s_columns =
    [
        new("number", ColumnKind.Numeric), new("big", ColumnKind.Numeric), new("few", ColumnKind.Categorical), new("many", ColumnKind.Categorical),
        new("when", ColumnKind.DateTime), new("filled", ColumnKind.Categorical),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            for (var learner = 0; learner < 5; learner++)
            {
                foreach (var classes in new[] { 0, 2, 4 })
                    cases.Add(learner, classes);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ONNX_and_the_trainer_agree_on_random_rows(int learner, int classes)
    {
        var random = new Random(learner + (10 * classes));
        var learned = Rows(random, 400, classes, unseen: false);
        var chosen = Learners.Choose(classes > 0, [], []).Tried[learner];
        var featurization = Featurization.Read([]) with
        {
            Imputations = new Dictionary<string, Imputation> { ["filled"] = new("most_frequent", null), ["big"] = new("median", null) },
        };
        var encoders = FeaturePlan.Fit(learned, s_columns, featurization, classes, null);
        var set = new LearningSet(Pipeline.Table(encoders, encoder => encoder.EncodeOwn(learned)), learned.Target, [], classes);
        var names = classes == 0 ? null : TargetClasses.Of("t", learned.Target.Select(target => $"c{target}"), areNumbers: false, null);
        using var pipeline = new Pipeline(s_columns, encoders, chosen.Fit(set, chosen.Usual, 1, Ct), names, chosen.Name);
        var others = Rows(random, 500, classes, unseen: true);

        var difference = AutomlFolder.Check(pipeline.ToOnnx(), pipeline, others, pipeline.Predict(others), Ct);

        Assert.InRange(difference, 0, 1e-5);
    }

    private static AutomlRows Rows(Random random, int count, int classes, bool unseen)
    {
        var (few, many) = (unseen ? 6 : 4, unseen ? 60 : 40);
        string? Text(string start, int kinds) => random.Next(12) switch { 0 => null, 1 => "", _ => $"{start}{random.Next(kinds)}" };
        float Gapped(float value) => random.Next(8) == 0 ? float.NaN : value;
        var numbers = Enumerable.Range(0, count).Select(_ => Gapped(random.Next(40) / 10f)).ToArray();
        var target = Array.ConvertAll(numbers, number => (double)((float.IsNaN(number) ? 1 : number) * 10) + random.Next(10));
        return new AutomlRows
        {
            Columns =
            [
                FeatureColumn.Of("number", numbers),
                FeatureColumn.Of("big", Enumerable.Range(0, count).Select(_ => Gapped(1e6f + (random.NextSingle() * 1e5f))).ToArray()),
                FeatureColumn.Of("few", Enumerable.Range(0, count).Select(_ => Text("é", few)).ToArray()),
                FeatureColumn.Of("many", Enumerable.Range(0, count).Select(_ => Text("m", many)).ToArray()),
                FeatureColumn.Of("when", Enumerable.Range(0, count).Select(_ =>
                    random.Next(9) == 0 ? double.NaN : Math.Floor((random.NextDouble() - 0.3) * 4e15)).ToArray()),
                FeatureColumn.Of("filled", Enumerable.Range(0, count).Select(_ => Text("f", few)).ToArray()),
            ],
            Target = classes == 0 ? target : Array.ConvertAll(target, value => (double)((int)value % classes)),
            Weights = [],
        };
    }
}
