using System.Text.Json;
using Slipway.Engines.XGBoost;
using Slipway.Lake.Contracts;
using Slipway.Statistics;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Unit.Training.Steps;

public sealed class EvaluateStepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_the_run_and_the_scores_agree()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 3);
        var trained = await Flights.TrainAsync(host, data, """ "where": "week < 2" """);

        var evaluated = await host.RunAsync(
            "evaluate",
            """{"label": "late", "where": "week = 2", "key": "flight_id"}""",
            [data, trained.Tree("model", "model")],
            ["report", "scores"]);

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(evaluated.Folder("report"), "metrics.json"), Ct));
        var metrics = report.RootElement.GetProperty("metrics");
        using var connection = host.Get<ILakeTables>().Connect();
        using var result = connection.Query($"select key, score, label from '{evaluated.Folder("scores")}/scores.parquet'");
        var rows = result.Read(row => (Key: row.Get<string>(0)!, Score: row.Get<double>(1), Label: row.Get<bool>(2)));
        var expected = BinaryMetrics.Of(rows.Select(row => row.Score).ToArray(), rows.Select(row => row.Label).ToArray());
        Assert.Equal(1500, rows.Count);
        Assert.Equal("2000000", rows[0].Key);
        Assert.Equal(expected.Auc, metrics.GetProperty("auc").GetDouble(), 12);
        Assert.Equal(expected.Brier, evaluated.Run.Metrics["brier"], 12);
        Assert.Equal(expected.LogLoss, evaluated.Run.Metrics["log_loss"], 12);
        Assert.InRange(expected.Auc, 0.7, 0.9);
    }

    [Fact]
    public async Task The_scores_are_those_of_the_trainer()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await host.TableAsync("select i::float as x, (hash(i) % 100 < i)::int as y from range(100) t(i)");
        var trained = await host.RunAsync("xgboost", """{"label": "y", "features": ["x"], "rounds": 5, "valid_fraction": 0}""", [data], ["model"]);

        var evaluated = await host.RunAsync("evaluate", """{"label": "y"}""", [data, trained.Tree("model", "model")], ["scores"]);

        using var booster = XgbBooster.Load(await File.ReadAllBytesAsync(Path.Combine(trained.Folder("model"), "model.xgb.json"), Ct));
        using var matrix = XgbMatrix.FromRows(Enumerable.Range(0, 100).Select(i => (float)i).ToArray(), [new XgbFeature("x")]);
        using var connection = host.Get<ILakeTables>().Connect();
        using var result = connection.Query($"select score from '{evaluated.Folder("scores")}/scores.parquet'");
        var scores = result.Read(row => row.Get<double>(0));
        Assert.All(booster.Predict(matrix).Zip(scores), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public async Task Any_onnx_classifier_of_columns_can_be_evaluated()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await host.TableAsync("select * from (values ('AA', 100, 0), ('UA', 100, 1), ('UA', 900, 1)) t(carrier, distance, late)");
        var model = await host.OnnxAsync(OnnxModels.Classifier());

        var evaluated = await host.RunAsync("evaluate", """{"label": "late"}""", [data, model], []);

        // 0.25, 0.5 and 0.75 late.
        Assert.Equal(((0.25 * 0.25) + (0.5 * 0.5) + (0.25 * 0.25)) / 3, evaluated.Run.Metrics["brier"], 6);
        Assert.Equal(1, evaluated.Run.Metrics["auc"]);
    }

    [Fact]
    public async Task A_figure_that_the_rows_do_not_define_is_null()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await host.TableAsync("select 'AA' as carrier, 100 as distance, 0 as late");

        var evaluated = await host.RunAsync(
            "evaluate", """{"label": "late"}""", [data, await host.OnnxAsync(OnnxModels.Classifier())], ["report"]);

        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(evaluated.Folder("report"), "metrics.json"), Ct));
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("metrics").GetProperty("auc").ValueKind);
        Assert.Equal(0.0625, report.RootElement.GetProperty("metrics").GetProperty("brier").GetDouble(), 6);
    }

    [Fact]
    public async Task A_model_that_is_not_onnx_is_refused()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);
        var text = await host.FilesAsync("model", ("model.onnx", "this is not a model"));
        var none = await host.FilesAsync("model", ("model.pkl", "x"), ("notes.txt", "y"));

        var broken = await host.RefusalAsync("evaluate", """{"label": "late"}""", [data, text]);
        var missing = await host.RefusalAsync("evaluate", """{"label": "late"}""", [data, none]);

        Assert.Contains("of input 'model': model.onnx", broken.Message);
        Assert.Contains("not an ONNX model", broken.Message);
        Assert.Contains("holds no model.onnx but model.pkl, notes.txt", missing.Message);
    }

    [Theory]
    [InlineData("select 'AA' as carrier, 100 as distanc, 1 as late", "no column 'distance', which is an input of model of input 'model'. Did you mean 'distanc'?")]
    [InlineData("select 'AA' as carrier, 100 as distance, 2 as late", "The label 'late' has the value 2; only 0 and 1")]
    [InlineData("select 'AA' as carrier, 100 as distance, 1 as late where false", "no rows with a label")]
    [InlineData("select 'AA' as carrier, 100 as distance, 1 as early", "no column 'late', which is the label")]
    public async Task Data_that_does_not_fit_is_refused(string query, string expected)
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await host.TableAsync(query);

        var refusal = await host.RefusalAsync("evaluate", """{"label": "late"}""", [data, await host.OnnxAsync(OnnxModels.Classifier())]);

        Assert.Contains(expected, refusal.Message);
    }

    [Fact]
    public async Task Other_columns_and_a_data_input_that_is_text_are_named()
    {
        await using var host = await TrainingHost.StartAsync();
        var model = await host.OnnxAsync(OnnxModels.Classifier());

        var text = await host.RefusalAsync(
            "evaluate", """{"label": "late"}""", [model, new Slipway.Jobs.Contracts.StepInput { Name = "data", Literal = "flights" }]);
        var none = await host.RefusalAsync("evaluate", """{"label": "late"}""", [model]);

        Assert.Contains("Input 'data' is no table but the text 'flights'", text.Message);
        Assert.Contains("The step has no input 'data'", none.Message);
    }
}
