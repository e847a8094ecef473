using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.LoggedModels;

namespace Slipway.Tracking.Metrics;

/// <summary>One metric of a request.</summary>
/// <param name="ModelId">The logged model that it was measured on; null for most.</param>
internal readonly record struct MetricFields(
    string Key, double Value, long Time, long Step, string? ModelId, string DatasetName, string DatasetDigest)
{
    public NewModelPoint? OnModel(StoredPoint point) =>
        ModelId is { Length: > 0 } ? new NewModelPoint(ModelId, point, DatasetName, DatasetDigest) : null;

    public static MetricFields Read(MlflowFields fields)
    {
        var key = fields.Required("key");
        MlflowNames.DemandKey("metric", fields.NameOf("key"), key);
        var value = fields.Number("value") ?? throw MlflowFields.Missing(fields.NameOf("value"));
        var time = fields.WholeNumber("timestamp") ?? throw MlflowFields.Missing(fields.NameOf("timestamp"));
        if (time < 0)
        {
            throw SlipwayException.Invalid(
                $"Invalid value {time} for parameter '{fields.NameOf("timestamp")}' supplied: a timestamp is not negative.");
        }

        return new MetricFields(
            key,
            value,
            time,
            fields.WholeNumber("step") ?? 0,
            fields.Text("model_id"),
            fields.Text("dataset_name") ?? "",
            fields.Text("dataset_digest") ?? "");
    }
}
