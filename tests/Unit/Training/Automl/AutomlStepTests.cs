using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Slipway.Training.Automl.Search;
using Slipway.Unit.Training.Steps;
using Xunit;

namespace Slipway.Unit.Training.Automl;

public sealed class AutomlStepTests
{
    private const string Classify = """ "task": "classification", "target_column_name": "buys", "primary_metric": "AUC_weighted", "validation_data_size": 0.25 """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_best_of_several_learners_is_a_model_from_raw_columns_to_classes()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(host, AutomlTables.Classified(1500), $"{Classify}, \"limits\": {{\"max_trials\": 7}}");

        var folder = learned.Folder("best_model");
        Assert.Equal(
            ["MLmodel", "feature-importance.json", "input_example.json", "model.onnx", "signature.json", "training-profile.json"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var session = OnnxSession.Load(Path.Combine(folder, "model.onnx"));
        Assert.Equal(["income", "city", "shop", "seen", "member"], session.Inputs.Select(input => input.Name));
        var answer = session.Run(
            new Dictionary<string, OnnxTensor>
            {
                ["income"] = OnnxTensor.Create([95f, 5f, float.NaN], 3, 1),
                ["city"] = OnnxTensor.Create(["city 0", "city 5", "never seen"], 3, 1),
                ["shop"] = OnnxTensor.Create(["shop 12", "shop 2", ""], 3, 1),
                ["seen"] = OnnxTensor.Create([1.6e15 + (23 * 3.6e9), 1.6e15, double.NaN], 3, 1),
                ["member"] = OnnxTensor.Create([1f, 0f, float.NaN], 3, 1),
            },
            Ct);
        Assert.Equal(["yes", "no"], answer["label"].As<string>()[..2]);
        Assert.Equal(6, answer["probabilities"].As<float>().Length);
        Assert.InRange(learned.Run.Metrics["AUC_weighted"], 0.85, 1);
        Assert.InRange(learned.Run.Metrics["onnx_difference"], 0, 1e-5);
    }

    [Fact]
    public async Task Each_trial_is_a_run_below_the_step_with_parameters_and_all_metrics()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(host, AutomlTables.Classified(600), $"{Classify}, \"limits\": {{\"max_trials\": 6, \"max_concurrent_trials\": 2}}");

        var trials = await TrialsAsync(host, learned);
        Assert.Equal(6, trials.Count);
        Assert.All(trials, trial => Assert.Equal(RunStatus.Finished, trial.Status));
        Assert.All(trials, trial => Assert.Equal(learned.Run.Id, trial.Tags["mlflow.parentRunId"]));
        Assert.Equal(
            ["decision_tree", "gradient_boosting", "logistic_regression", "random_forest", "xgboost_classifier"],
            trials.Take(5).Select(trial => trial.Params["algorithm"]).Order(StringComparer.Ordinal));
        Assert.All(trials, trial => Assert.Contains("norm_macro_recall", trial.Metrics.Keys));
        var best = trials.MaxBy(trial => trial.Metrics["AUC_weighted"])!;
        Assert.Equal(best.Id, learned.Run.Tags["automl_best_child_run_id"]);
        Assert.Equal(best.Metrics["AUC_weighted"], double.Parse(learned.Run.Tags["score"], CultureInfo.InvariantCulture));
        Assert.Contains("rank  trial  AUC_weighted", learned.Step.Log.ToString());
    }

    [Fact]
    public async Task What_says_nothing_is_left_out_and_the_log_tells_why()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(host, AutomlTables.Classified(400), $"{Classify}, \"limits\": {{\"max_trials\": 1}}");

        var log = learned.Step.Log.ToString()!;
        Assert.Contains("'note' is left out: 400 different values in 400 rows", log, StringComparison.Ordinal);
        Assert.Contains("'same' is left out: it is the same in all rows", log, StringComparison.Ordinal);
        Assert.Contains("income:numeric, city:categorical, shop:categorical, seen:datetime, member:numeric", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_data_gives_the_same_model_however_many_trials_run_at_once()
    {
        await using var host = await TrainingHost.StartAsync();
        var settings = $"{Classify}, \"limits\": {{\"max_trials\": 12, \"max_concurrent_trials\": 3, \"max_cores_per_trial\": 1}}";

        var first = await AutomlTables.LearnAsync(host, AutomlTables.Classified(300), settings);
        var second = await AutomlTables.LearnAsync(host, AutomlTables.Classified(300), settings);

        Assert.Equal(first.Trees["best_model"].Tree, second.Trees["best_model"].Tree);
    }

    [Fact]
    public async Task A_number_is_learned_with_folds_and_columns_are_worth_what_they_say()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(
            host, AutomlTables.Buyers(900), """ "task": "regression", "target_column_name": "worth", "primary_metric": "r2_score", "n_cross_validations": 3, "limits": {"max_trials": 6} """);

        Assert.Equal("3", learned.Run.Params["folds"]);
        Assert.InRange(learned.Run.Metrics["r2_score"], 0.8, 1);
        var importances = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(learned.Folder("best_model"), "feature-importance.json"), Ct))!.AsArray();
        Assert.Equal(5, importances.Count);
        var worth = importances.ToDictionary(entry => entry!["name"]!.ToString(), entry => entry!["mean"]!.GetValue<double>());
        Assert.True(worth["city"] > 10 * Math.Abs(worth["member"]), string.Join(" ", worth));
        Assert.Equal(worth["city"], learned.Run.Metrics["importance/city"]);
        Assert.True(learned.Run.Metrics["importance_sd/city"] > 0);
        var artifacts = await host.Tracking.ArtifactsAsync(TrainingHost.Caller, learned.Run.Id, Ct);
        Assert.NotNull(artifacts.Find("explanation/feature-importance.json"));
    }

    [Fact]
    public async Task More_than_two_classes_that_are_numbers_keep_their_numbers()
    {
        await using var host = await TrainingHost.StartAsync();
        var query = $"select * exclude (worth), case when worth > 4 then 30 when worth > 3 then 20 else 10 end as class from ({AutomlTables.Buyers(900)})";

        var learned = await AutomlTables.LearnAsync(host, query, """ "task": "classification", "target_column_name": "class", "limits": {"max_trials": 5} """);

        using var session = OnnxSession.Load(Path.Combine(learned.Folder("best_model"), "model.onnx"));
        Assert.Equal(OnnxElementType.Int64, session.Outputs.Single(output => output.Name == "label").ElementType);
        var example = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(learned.Folder("best_model"), "input_example.json"), Ct))!;
        Assert.Equal(["income", "city", "shop", "seen", "member"], example["columns"]!.AsArray().Select(column => column!.ToString()));
        Assert.InRange(learned.Run.Metrics["accuracy"], 0.6, 1);
    }

    [Fact]
    public async Task A_step_that_begins_anew_takes_over_the_trials_that_were_done()
    {
        await using var host = await TrainingHost.StartAsync();
        var settings = $"{Classify}, \"limits\": {{\"max_trials\": 4}}";
        var first = await AutomlTables.LearnAsync(host, AutomlTables.Classified(300), settings, runId: "0000000000000000000000000000abcd");
        var before = await TrialsAsync(host, first);

        var again = await AutomlTables.LearnAsync(host, AutomlTables.Classified(300), settings, runId: "0000000000000000000000000000abcd");

        var after = await TrialsAsync(host, again);
        Assert.Equal(before.Select(trial => trial.Metrics["trial_seconds"]), after.Select(trial => trial.Metrics["trial_seconds"]));
        Assert.Equal(first.Trees["best_model"].Tree, again.Trees["best_model"].Tree);
    }

    [Fact]
    public async Task The_search_ends_at_the_exit_score_and_when_nothing_gets_better()
    {
        await using var host = await TrainingHost.StartAsync();

        var reached = await AutomlTables.LearnAsync(host, AutomlTables.Classified(300), $"{Classify}, \"limits\": {{\"max_trials\": 50, \"exit_score\": 0.6}}");
        var tired = await AutomlTables.LearnAsync(
            host, AutomlTables.Classified(60), $"{Classify}, \"training\": {{\"allowed_training_algorithms\": [\"logistic_regression\"]}}, \"limits\": {{\"max_trials\": 200}}");

        Assert.Single(await TrialsAsync(host, reached));
        Assert.Contains("The exit_score of 0.6 is reached", reached.Step.Log.ToString(), StringComparison.Ordinal);
        Assert.InRange((await TrialsAsync(host, tired)).Count, 31, 199);
        Assert.Contains("brought nothing", tired.Step.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_and_test_tables_are_judged_on()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(
            host,
            AutomlTables.Classified(500),
            """ "task": "classification", "target_column_name": "buys", "positive_label": "no", "training": {"allowed_training_algorithms": ["GradientBoosting", "light_gbm"]}, "limits": {"max_trials": 3} """,
            null,
            ("validation_data", AutomlTables.Classified(200, seed: 2)), ("test_data", AutomlTables.Classified(300, seed: 3)));

        var log = learned.Step.Log.ToString()!;
        Assert.Contains("from 500 rows, judged on 200 rows", log, StringComparison.Ordinal);
        Assert.Contains("On 300 rows to test on: accuracy=", log, StringComparison.Ordinal);
        Assert.Contains("Not tried, because they are not here for this task: light_gbm.", log, StringComparison.Ordinal);
        Assert.All(await TrialsAsync(host, learned), trial => Assert.Equal("gradient_boosting", trial.Params["algorithm"]));
        Assert.InRange(learned.Run.Metrics["test_AUC_weighted"], 0.7, 1);
    }

    [Fact]
    public async Task What_was_learned_is_evaluated_on_a_table_with_dates()
    {
        await using var host = await TrainingHost.StartAsync();
        static string Query(int seed) => $"select * exclude (buys), (buys = 'yes')::int as bought from ({AutomlTables.Classified(500, seed)})";
        var learned = await AutomlTables.LearnAsync(host, Query(1), """ "task": "classification", "target_column_name": "bought", "limits": {"max_trials": 1} """);

        var evaluated = await host.RunAsync(
            "evaluate", """{"label": "bought"}""", [learned.Tree("best_model", "model"), await host.TableAsync(Query(2))], ["report"]);

        Assert.InRange(evaluated.Run.Metrics["auc"], 0.75, 1);
    }

    [Fact]
    public async Task Columns_are_taken_for_what_the_definition_says()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(
            host,
            $"select *, (hash(note) % 3)::int as code, strftime(seen, '%Y-%m-%d %H:%M:%S') as written from ({AutomlTables.Classified(300)})",
            $$$"""
              {{{Classify}}}, "limits": {"max_trials": 2},
              "featurization": {
                  "mode": "custom", "blocked_transformers": ["OneHotEncoder", "word_embedding"],
                  "column_name_and_types": {"code": "Categorical", "written": "DateTime", "seen": "IgnoreColumn"},
                  "transformer_params": {"imputer": [{"fields": ["income"], "parameters": {"strategy": "median"}}, {"fields": ["city"], "parameters": {"strategy": "most_frequent"}}]}}
              """);

        Assert.Contains("code:categorical, written:datetime", learned.Step.Log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("seen:", learned.Run.Params["columns"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "task": "image_classification", "target_column_name": "buys" """, "The task 'image_classification' is not learned here")]
    [InlineData(""" "task": "classification", "target_column_name": "bus" """, "no column 'bus', which is the target. Did you mean 'buys'?")]
    [InlineData(""" "task": "regression", "target_column_name": "buys" """, "The target 'buys' is VARCHAR; a number is needed")]
    [InlineData(""" "task": "classification", "target_column_name": "income" """, "classes are whole numbers or texts")]
    [InlineData(""" "task": "classification", "target_column_name": "same" """, "two classes are needed")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "training": {"allowed_training_algorithms": ["light_gbm"]} """, "None of the allowed training algorithms (light_gbm) is here")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "training": {"blocked_training_algorithms": ["logistic_regresion"]} """, "Did you mean 'logistic_regression'?")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "limits": {"max_trials": 2, "max_concurrent_trials": 3} """, "no more trials can run at once")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "featurization": {"blocked_transformers": ["OneHotEncode"]} """, "Did you mean 'OneHotEncoder'?")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "featurization": {"column_name_and_types": {"cty": "Categorical"}} """, "no column 'cty'")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "featurization": {"transformer_params": {"imputer": [{"fields": ["city"], "parameters": {"strategy": "mean"}}]}} """, "needs numbers, and 'city' is categorical")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "featurization": {"transformer_params": {"imputer": [{"fields": ["income"], "parameters": {"strategy": "ffill"}}]}} """, "fills from the row before in a time series")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "positive_label": "maybe" """, "is never 'maybe'")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "cv_split_column_names": ["member"], "weight_column_name": "note" """, "'note' is VARCHAR")]
    [InlineData(""" "task": "classification", "target_column_name": "buys", "n_cross_validations": 40 """, "60 rows cannot be parted into 40 folds")]
    [InlineData(""" "task": "forecasting", "target_column_name": "same", "forecasting": {"time_column_name": "seem"} """, "Did you mean 'seen'?")]
    public async Task What_cannot_be_learned_is_refused_with_the_way_out(string settings, string expected)
    {
        await using var host = await TrainingHost.StartAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => AutomlTables.LearnAsync(host, AutomlTables.Classified(60), settings));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<List<Run>> TrialsAsync(TrainingHost host, StepOutcome learned)
    {
        var found = new List<Run>();
        while (await host.Tracking.FindRunAsync(TrainingHost.Caller, TrialRuns.IdOf(learned.Run.Id, found.Count), Ct) is { } run)
            found.Add(run);
        return found;
    }
}
