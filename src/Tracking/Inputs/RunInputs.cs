using System.Text.Json;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Inputs;

/// <summary>A data set as a run names it.</summary>
internal sealed record Dataset
{
    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required string SourceType { get; init; }

    public required string Source { get; init; }

    public string? Schema { get; init; }

    public string? Profile { get; init; }
}

/// <summary>A data set that a run read, with the tags of that use (its context: training, eval …).</summary>
internal sealed record DatasetInput(Dataset Dataset, IReadOnlyList<KeyValue> Tags);

/// <summary>A logged model that a run made.</summary>
internal sealed record ModelOutput
{
    public required string ModelId { get; init; }

    public required long Step { get; init; }
}

/// <summary>The JSON of a run's inputs and outputs.</summary>
internal static class RunInputs
{
    public static void Write(Utf8JsonWriter json, RunRecord run)
    {
        json.WriteStartObject("inputs");
        WriteDatasets(json, run.Datasets);
        if (run.ModelInputs.Count > 0)
        {
            json.WriteStartArray("model_inputs");
            foreach (var model in run.ModelInputs)
            {
                json.WriteStartObject();
                json.WriteString("model_id", model);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("outputs");
        if (run.ModelOutputs.Count > 0)
        {
            json.WriteStartArray("model_outputs");
            foreach (var model in run.ModelOutputs)
            {
                json.WriteStartObject();
                json.WriteString("model_id", model.ModelId);
                json.WriteNumber("step", model.Step);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteDatasets(Utf8JsonWriter json, IReadOnlyList<DatasetInput> inputs)
    {
        if (inputs.Count == 0)
            return;
        json.WriteStartArray("dataset_inputs");
        foreach (var (dataset, tags) in inputs)
        {
            json.WriteStartObject();
            Experiment.WriteTags(json, tags);
            json.WriteStartObject("dataset");
            json.WriteString("name", dataset.Name);
            json.WriteString("digest", dataset.Digest);
            json.WriteString("source_type", dataset.SourceType);
            json.WriteString("source", dataset.Source);
            if (dataset.Schema is not null)
                json.WriteString("schema", dataset.Schema);
            if (dataset.Profile is not null)
                json.WriteString("profile", dataset.Profile);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
