using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Serving.Batch.Scoring;

namespace Slipway.Serving.Batch;

/// <summary>Writes the job that an invocation of a deployment is.</summary>
internal static class BatchJob
{
    private const string Output = "score";
    private const string Data = "data";

    // Of Azure ML: https://learn.microsoft.com/azure/machine-learning/reference-yaml-deployment-batch
    private const int FilesOfMiniBatch = 10;
    private const int Retries = 3;
    private const int SecondsOfMiniBatch = 30;

    public static NewJob Of(BatchDeployment deployment, BatchInvocation asked, string name)
    {
        var job = new NewJob
        {
            Name = name,
            Yaml = "",
            Source = deployment.Source,
            Files = deployment.Files.Concat(asked.Files).GroupBy(file => file.Key).ToDictionary(file => file.Key, file => file.Last().Value),
            Tags = new Dictionary<string, string> { ["batch_endpoint"] = deployment.Endpoint, ["batch_deployment"] = deployment.Name },
        };
        if (deployment.Type == BatchDeployment.OfModel)
            return job with { Yaml = Model(deployment, asked).ToJsonString() };
        return deployment.Definition["job_yaml"]?.ToString() is { } yaml
            ? job with { Yaml = Again(deployment, yaml, asked), Inputs = Given(asked) }
            : job with { Yaml = Pipeline(deployment, asked).ToJsonString() };
    }

    private static JsonObject Model(BatchDeployment deployment, BatchInvocation asked)
    {
        if (asked.Inputs.Count != 1)
            throw SlipwayException.Invalid($"Batch deployment '{deployment.Endpoint}/{deployment.Name}' scores one input; {asked.Inputs.Count} were given.");
        if (asked.Outputs.Keys.FirstOrDefault(name => name != Output) is { } unknown)
            throw SlipwayException.Invalid($"outputs.{unknown}: a batch deployment of a model has one output, '{Output}'.");
        var output = asked.Outputs.GetValueOrDefault(Output) ?? new BatchOutput(null, null, null);
        var definition = deployment.Definition;
        var settings = Merged(definition["settings"] as JsonObject, asked.Settings);
        var step = definition["code_configuration"] is JsonObject code ? Script(definition, settings, code, asked) : Table(definition, settings, asked);
        step["inputs"] = new JsonObject { [Data] = "${{parent.inputs.data}}", ["model"] = "${{parent.inputs.model}}" };
        step["outputs"] = new JsonObject { [Output] = "${{parent.outputs.score}}" };
        return new JsonObject
        {
            ["type"] = "pipeline",
            ["display_name"] = $"{deployment.Endpoint}/{deployment.Name}",
            ["experiment_name"] = asked.Experiment ?? deployment.Endpoint,
            ["inputs"] = new JsonObject
            {
                [Data] = asked.Inputs.Values.Single().Json(),
                ["model"] = new JsonObject { ["type"] = "custom_model", ["path"] = definition["model"]!.ToString() },
            },
            ["outputs"] = new JsonObject { [Output] = (output with { Name = output.Name ?? $"{deployment.Endpoint}-{deployment.Name}" }).Json() },
            ["settings"] = PipelineSettings(definition["compute"], null),
            ["jobs"] = new JsonObject { [Output] = step },
        };
    }

    /// <summary>A model that takes tables: Slipway's own step.</summary>
    private static JsonObject Table(JsonObject definition, JsonObject settings, BatchInvocation asked)
    {
        var step = new JsonObject { ["type"] = BatchScoreStep.Kind };
        Copy(settings, "mini_batch_size", step, "mini_batch_size");
        Copy(settings, "output_action", step, "output_action");
        Copy(settings, "output_file_name", step, "output_file_name");
        Copy(settings, "error_threshold", step, "error_threshold");
        Copy(settings["retry_settings"], "max_retries", step, "max_retries");
        Copy(settings["retry_settings"], "timeout", step, "mini_batch_timeout");
        if (settings["max_concurrency_per_instance"] is { } each)
            step["max_concurrency"] = Whole(each) * Instances(definition, asked);
        if (definition["properties"]?["slipway.keep_columns"]?.ToString() is { } kept)
            step["keep_columns"] = new JsonArray([.. kept.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(column => (JsonNode)column)]);
        return step;
    }

    /// <summary>A script with init() and run(mini_batch): a parallel step.</summary>
    private static JsonObject Script(JsonObject definition, JsonObject settings, JsonObject code, BatchInvocation asked)
    {
        var file = BatchScoreSettings.FileName(settings["output_file_name"]?.ToString() ?? "predictions.csv");
        var task = new JsonObject
        {
            ["type"] = "run_function",
            ["code"] = code["code"]!.ToString(),
            ["entry_script"] = code["scoring_script"]!.ToString(),
        };
        Copy(definition, "environment", task, "environment");
        if (settings["output_action"]?.ToString() is null or "append_row")
            task["append_row_to"] = "${{outputs.score}}/" + file;
        var variables = Merged(definition["environment_variables"] as JsonObject, settings["environment_variables"] as JsonObject);
        variables["AZUREML_MODEL_DIR"] = "${{inputs.model}}";
        variables["AZUREML_BI_OUTPUT_PATH"] = "${{outputs.score}}";
        var step = new JsonObject
        {
            ["type"] = "parallel",
            ["input_data"] = "${{inputs.data}}",
            ["mini_batch_size"] = settings["mini_batch_size"]?.ToString() ?? FilesOfMiniBatch.ToString(CultureInfo.InvariantCulture),
            ["error_threshold"] = settings["error_threshold"]?.DeepClone() ?? -1,
            ["logging_level"] = settings["logging_level"]?.ToString().ToUpperInvariant() ?? "INFO",
            ["max_concurrency_per_instance"] = settings["max_concurrency_per_instance"]?.DeepClone() ?? 1,
            ["retry_settings"] = new JsonObject
            {
                ["max_retries"] = settings["retry_settings"]?["max_retries"]?.DeepClone() ?? Retries,
                ["timeout"] = settings["retry_settings"]?["timeout"]?.DeepClone() ?? SecondsOfMiniBatch,
            },
            ["environment_variables"] = variables,
            ["task"] = task,
        };
        var resources = definition["resources"] as JsonObject is { } wanted ? (JsonObject)wanted.DeepClone() : [];
        resources["instance_count"] = Instances(definition, asked);
        step["resources"] = resources;
        return step;
    }

    private static JsonObject Pipeline(BatchDeployment deployment, BatchInvocation asked)
    {
        var definition = deployment.Definition;
        var inputs = Merged(definition["inputs"] as JsonObject, new JsonObject(asked.Inputs.Select(input => KeyValuePair.Create(input.Key, (JsonNode?)input.Value.Json()))));
        return new JsonObject
        {
            ["type"] = "pipeline",
            ["display_name"] = $"{deployment.Endpoint}/{deployment.Name}",
            ["experiment_name"] = asked.Experiment ?? deployment.Endpoint,
            ["inputs"] = inputs,
            ["outputs"] = new JsonObject(asked.Outputs.Select(output => KeyValuePair.Create(output.Key, (JsonNode?)output.Value.Json()))),
            ["settings"] = PipelineSettings(definition["settings"]?["default_compute"], definition["settings"] as JsonObject),
            ["jobs"] = new JsonObject
            {
                ["run"] = new JsonObject
                {
                    ["type"] = "pipeline",
                    ["component"] = definition["component"]!.DeepClone(),
                    ["inputs"] = new JsonObject(inputs.Select(input => KeyValuePair.Create(input.Key, (JsonNode?)$"${{{{parent.inputs.{input.Key}}}}}"))),
                    ["outputs"] = new JsonObject(asked.Outputs.Keys.Select(output => KeyValuePair.Create(output, (JsonNode?)$"${{{{parent.outputs.{output}}}}}"))),
                },
            },
        };
    }

    /// <summary>A job that ran once, run again with other inputs.</summary>
    private static string Again(BatchDeployment deployment, string yaml, BatchInvocation asked)
    {
        List<string> edits = [$"display_name={deployment.Endpoint}/{deployment.Name}", $"experiment_name={asked.Experiment ?? deployment.Endpoint}"];
        edits.AddRange(PipelineSettings(null, deployment.Definition["settings"] as JsonObject).Select(setting => $"settings.{setting.Key}={setting.Value}"));
        foreach (var (name, output) in asked.Outputs)
            edits.AddRange(output.Json().Select(field => $"outputs.{name}.{field.Key}={field.Value}"));
        return Definitions.Edit(yaml, deployment.Source, [.. edits]);
    }

    private static Dictionary<string, string> Given(BatchInvocation asked) => asked.Inputs.ToDictionary(
        input => input.Key,
        input => input.Value.Value ?? input.Value.Path ?? throw SlipwayException.Invalid($"inputs.{input.Key} has neither a path nor a value."));

    // An invocation is wanted for what it does now: nothing is taken over from before, unless the deployment says so.
    private static JsonObject PipelineSettings(JsonNode? compute, JsonObject? given)
    {
        var settings = new JsonObject { ["force_rerun"] = true, ["continue_on_step_failure"] = false };
        if (compute?.ToString() is { } name)
            settings["default_compute"] = name.StartsWith("azureml:", StringComparison.Ordinal) ? name : "azureml:" + name;
        return Merged(settings, given);
    }

    private static long Instances(JsonObject definition, BatchInvocation asked) =>
        asked.InstanceCount ?? (definition["resources"]?["instance_count"] is { } count ? Whole(count) : 1);

    private static long Whole(JsonNode value) => long.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static void Copy(JsonNode? from, string field, JsonObject to, string name)
    {
        if (from?[field] is { } value)
            to[name] = value.DeepClone();
    }

    private static JsonObject Merged(JsonObject? first, JsonObject? second)
    {
        var merged = new JsonObject();
        foreach (var (name, value) in (first ?? []).Concat(second ?? []))
            merged[name] = value is JsonObject map && merged[name] is JsonObject before ? Merged(before, map) : value?.DeepClone();
        return merged;
    }
}
