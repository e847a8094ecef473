using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Metrics;

/// <summary>One metric of a request.</summary>
internal readonly record struct MetricFields(string Key, double Value, long Time, long Step)
{
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

        return new MetricFields(key, value, time, fields.WholeNumber("step") ?? 0);
    }
}
