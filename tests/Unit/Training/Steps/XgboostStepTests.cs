using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Training.Steps;

public sealed class XgboostStepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_model_takes_raw_columns_and_its_signature_says_which()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 2);

        var trained = await Flights.TrainAsync(host, data);

        var folder = trained.Folder("model");
        Assert.Equal(
            ["MLmodel", "feature-gains.json", "model.onnx", "model.xgb.json", "signature.json", "training-profile.json"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var session = OnnxSession.Load(Path.Combine(folder, "model.onnx"));
        Assert.Equal(["hour", "origin", "destination", "distance", "late_rate"], session.Inputs.Select(input => input.Name));
        Assert.Equal(["label", "probabilities"], session.Outputs.Select(output => output.Name));
        using var signature = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "signature.json"), Ct));
        Assert.Equal(
            ["FP32", "BYTES", "BYTES", "FP32", "FP32"],
            signature.RootElement.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("datatype").GetString()));
        Assert.Equal(
            ["label", "score"],
            signature.RootElement.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Parameters_rounds_and_rows_are_told_to_the_run()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 4);

        var trained = await Flights.TrainAsync(host, data, """ "where": "week between 1 and 2", "valid_fraction": 0.25, "time_column": "date" """);

        Assert.Equal("2250", trained.Run.Params["train_rows"]);
        Assert.Equal("750", trained.Run.Params["valid_rows"]);
        Assert.Equal("4", trained.Run.Params["max_depth"]);
        Assert.Equal("week between 1 and 2", trained.Run.Params["where"]);
        Assert.Contains("origin:categorical, destination:ordinal, distance:numeric", trained.Run.Params["features"]);
        Assert.InRange(trained.Run.Metrics["valid_auc"], 0.6, 0.9);
        Assert.InRange(trained.Run.Metrics["valid_logloss"], 0.3, 0.7);
        Assert.InRange(trained.Run.Metrics["onnx_difference"], 0, 1e-5);
        Assert.Equal(11, trained.Run.Metrics["best_iteration"]);
    }

    [Fact]
    public async Task The_newest_rows_are_validated_on_when_there_is_a_time()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 3, turned: 2);

        var newest = await Flights.TrainAsync(host, data, """ "valid_fraction": 0.33, "time_column": "date" """);
        var drawn = await Flights.TrainAsync(host, data, """ "valid_fraction": 0.33 """);

        // Only the last week is turned: who is asked about nothing else does badly.
        var (onNewest, onDrawn) = (newest.Run.Metrics["valid_auc"], drawn.Run.Metrics["valid_auc"]);
        Assert.True(onNewest < onDrawn - 0.1, $"{onNewest} on the newest, {onDrawn} on any");
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_model()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);

        var first = await Flights.TrainAsync(host, data, "\"seed\": 7");
        var second = await Flights.TrainAsync(host, data, "\"seed\": 7");
        var other = await Flights.TrainAsync(host, data, "\"seed\": 8");

        Assert.Equal(first.Trees["model"].Tree, second.Trees["model"].Tree);
        Assert.NotEqual(first.Trees["model"].Tree, other.Trees["model"].Tree);
    }

    [Fact]
    public async Task The_profile_counts_the_rows_that_were_learned_from()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 2);

        var trained = await Flights.TrainAsync(host, data, """ "valid_fraction": 0, "time_column": "date" """);

        var profile = TrainingProfile.Parse(await File.ReadAllBytesAsync(Path.Combine(trained.Folder("model"), TrainingProfile.FileName), Ct));
        Assert.Equal(3000, profile.Rows);
        Assert.All(profile.Features, feature => Assert.Equal(3000, feature.Rows));
        Assert.Equal(["AAA", "BAA", "CAA", "DAA", "EAA", "FAA"], profile.Features[1].Categories.Order());
        Assert.InRange(profile.Features[4].Counts[profile.Features[4].NullBin], 300, 600);
        Assert.Equal(3000, profile.Score!.Rows);
        Assert.Equal(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero), profile.From);
        Assert.Equal(new DateTime(2001, 1, 14), profile.To!.Value.Date);
    }

    [Fact]
    public async Task It_stops_early_when_validation_gets_no_better()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);

        var trained = await host.RunAsync(
            "xgboost",
            $$"""{{{Flights.Fields}}, "rounds": 400, "early_stopping": 3, "params": {"eta": 0.9, "max_depth": 8, "nthread": 1} }""",
            [data],
            ["model"]);

        Assert.InRange(trained.Run.Metrics["best_iteration"], 0, 100);
    }

    [Fact]
    public async Task It_learns_numbers_too()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);

        var trained = await host.RunAsync(
            "xgboost", """{"label": "distance", "features": ["hour", "origin"], "objective": "reg:squarederror", "rounds": 5}""", [data], ["model"]);

        using var session = OnnxSession.Load(Path.Combine(trained.Folder("model"), "model.onnx"));
        Assert.Equal(["prediction"], session.Outputs.Select(output => output.Name));
        Assert.True(trained.Run.Metrics["train_rmse"] > 0);
    }

    [Theory]
    [InlineData(""" "label": "late", "features": ["hour", "orign"] """, "no column 'orign', which is a feature. Did you mean 'origin'?")]
    [InlineData(""" "label": "lat", "features": ["hour"] """, "no column 'lat', which is the label. Did you mean 'late'?")]
    [InlineData(""" "label": "distance", "features": ["hour"] """, "The label 'distance' has the value")]
    [InlineData(""" "label": "origin", "features": ["hour"] """, "The label 'origin' is VARCHAR")]
    [InlineData(""" "label": "late", "features": ["hour", "date"] """, "'date' is TIMESTAMP, which is neither a number nor a text")]
    [InlineData(""" "label": "late", "features": [{"origin": "numeric"}] """, "'origin' is to be numeric")]
    [InlineData(""" "label": "late", "features": [{"origin": "categoric"}] """, "Did you mean 'categorical'?")]
    [InlineData(""" "label": "late", "features": ["late"] """, "'late' is the label")]
    [InlineData(""" "label": "late", "features": [] """, "There are no features")]
    [InlineData(""" "label": "late", "features": ["hour"], "where": "week > 50" """, "There are no rows with a label where week > 50")]
    [InlineData(""" "label": "late", "features": ["hour"], "where": "wek = 0" """, "week")]
    [InlineData(""" "label": "late", "features": ["hour"], "where": "late = 1" """, "is 1 in all")]
    [InlineData(""" "label": "late", "features": ["hour"], "params": {"max_dept": 3} """, "Did you mean 'max_depth'?")]
    [InlineData(""" "label": "late", "features": ["hour"], "params": {"seed": 3} """, "write it as the step's field 'seed'")]
    [InlineData(""" "label": "late", "features": ["hour"], "objective": "binary:logistik" """, "Did you mean 'binary:logistic'?")]
    [InlineData(""" "label": "late", "features": ["hour"], "rounds": "${{parent.inputs.rounds}}" """, "'rounds' is '${{parent.inputs.rounds}}'")]
    [InlineData(""" "label": "late", "features": ["hour"], "early_stopping": 3, "valid_fraction": 0 """, "early_stopping needs validation rows")]
    public async Task What_cannot_be_learned_is_refused_with_the_way_out(string settings, string expected)
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);

        var refusal = await host.RefusalAsync("xgboost", $"{{{settings}}}", [data], "model");

        Assert.Contains(expected, refusal.Message);
    }

    [Fact]
    public async Task The_condition_sees_nothing_but_the_input()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await Flights.TableAsync(host, weeks: 1);
        var other = await host.FilesAsync("other", ("secret.csv", "a\n1\n"));

        var refusal = await host.RefusalAsync(
            "xgboost",
            $$"""{"label": "late", "features": ["hour"], "where": "week < (select count(*) from '{{other.Path}}/secret.csv')"}""",
            [data],
            "model");

        Assert.Contains("Permission Error", refusal.Message);
    }

    [Fact]
    public async Task An_empty_table_is_refused()
    {
        await using var host = await TrainingHost.StartAsync();
        var data = await host.TableAsync(Flights.Week(0, rows: 0));

        var refusal = await host.RefusalAsync("xgboost", $"{{{Flights.Fields}}}", [data], "model");

        Assert.Contains("There are no rows with a label", refusal.Message);
    }
}
