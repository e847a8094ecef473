using System.Text.Json;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>
/// Reads a log-batch body. A body as the clients write it goes through in one pass without making strings of known
/// keys; anything else (other types, other spellings, mistakes) is read again field by field, which knows how to complain.
/// </summary>
internal static class BatchReader
{
    public const int MostMetrics = 1000;
    public const int MostTexts = 100;
    private const int LongestKey = 250;

    public static BatchRequest Read(ReadOnlySpan<byte> body, MetricKeys keys)
    {
        var request = new BatchRequest();
        return (TryRead(body, keys, request) ? request : ReadFields(body, keys)).Checked();
    }

    private static bool TryRead(ReadOnlySpan<byte> body, MetricKeys keys, BatchRequest request)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var known = reader.ValueTextEquals("metrics"u8) ? ReadMetrics(ref reader, keys, request)
                    : reader.ValueTextEquals("params"u8) ? ReadTexts(ref reader, request.Params)
                    : reader.ValueTextEquals("tags"u8) ? ReadTexts(ref reader, request.Tags)
                    : reader.ValueTextEquals("run_id"u8) && ReadRunId(ref reader, request);
                if (!known)
                    return false;
            }

            for (var i = 0; i < request.Params.Count; i++)
                request.Params[i] = RunTags.Param($"params[{i}].key", request.Params[i].Key, request.Params[i].Value);
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not UTF-8: the other way finds the words.
            return false;
        }
    }

    private static bool ReadRunId(ref Utf8JsonReader reader, BatchRequest request)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
            return false;
        request.RunId = reader.GetString();
        return true;
    }

    private static bool ReadMetrics(ref Utf8JsonReader reader, MetricKeys keys, BatchRequest request)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        Span<char> buffer = stackalloc char[LongestKey];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (!ReadMetric(ref reader, buffer, keys, request))
                return false;
        }

        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static bool ReadMetric(
        ref Utf8JsonReader reader, scoped Span<char> buffer, MetricKeys keys, BatchRequest request)
    {
        var metric = new Metric();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!metric.TryReadField(ref reader, buffer))
                return false;
        }

        if (metric.KeyLength == 0 || metric.Value is not { } value || metric.Time is not { } time || time < 0)
            return false;
        if (keys.TryGet(buffer[..metric.KeyLength], out var keyNo))
        {
            request.Add(keyNo, value, time, metric.Step);
            return true;
        }

        var key = buffer[..metric.KeyLength].ToString();
        MlflowNames.DemandKey("metric", $"metrics[{request.MetricCount}].name", key);
        request.Add(key, value, time, metric.Step);
        return true;
    }

    private static bool ReadTexts(ref Utf8JsonReader reader, List<KeyValue> texts)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? key = null, value = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKey = reader.ValueTextEquals("key"u8);
                if ((!isKey && !reader.ValueTextEquals("value"u8)) || !reader.Read() || reader.TokenType != JsonTokenType.String)
                    return false;
                var text = reader.GetString()!;
                if (text.Contains('\0'))
                    return false;
                if (isKey)
                    key = text;
                else
                    value = text;
            }

            if (string.IsNullOrEmpty(key))
                return false;
            texts.Add(new KeyValue(key, value ?? ""));
        }

        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static BatchRequest ReadFields(ReadOnlySpan<byte> body, MetricKeys keys)
    {
        var fields = Parse(body);
        var request = new BatchRequest { RunId = fields.Required("run_id") };
        foreach (var metric in fields.Objects("metrics"))
            request.Add(MetricFields.Read(metric), keys);
        foreach (var param in fields.Objects("params"))
        {
            request.Params.Add(RunTags.Param(
                $"params[{request.Params.Count}].key", param.Required("key"), param.Text("value") ?? ""));
        }

        foreach (var tag in fields.Objects("tags"))
            request.Tags.Add(new KeyValue(tag.Required("key"), tag.Text("value") ?? ""));
        return request;
    }

    private static MlflowFields Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return new MlflowFields(JsonElement.Parse(body));
        }
        catch (JsonException)
        {
            // By MLflow's rule no JSON is no field.
            return new MlflowFields(default);
        }
    }

    private struct Metric
    {
        private long _step;

        public int KeyLength { get; private set; }

        public double? Value { get; private set; }

        public long? Time { get; private set; }

        public readonly long Step => _step;

        public bool TryReadField(ref Utf8JsonReader reader, scoped Span<char> buffer)
        {
            if (reader.ValueTextEquals("key"u8))
            {
                // Escaped text is longer than what it means: when this fits, that does.
                if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueSpan.Length > buffer.Length)
                    return false;
                KeyLength = reader.CopyString(buffer);
                return true;
            }

            if (reader.ValueTextEquals("value"u8))
                return reader.Read() && TryReadValue(ref reader);
            if (reader.ValueTextEquals("timestamp"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var time))
                    return false;
                Time = time;
                return true;
            }

            return reader.ValueTextEquals("step"u8)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out _step);
        }

        private bool TryReadValue(ref Utf8JsonReader reader)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value))
            {
                Value = value;
                return true;
            }

            Value = double.NaN;
            return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("NaN"u8);
        }
    }
}
