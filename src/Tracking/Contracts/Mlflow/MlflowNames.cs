using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>MLflow's rules for names, keys and ids.</summary>
public static partial class MlflowNames
{
    private const int LongestKey = 250;

    /// <summary>Refuses a metric, param or tag key that MLflow would refuse.</summary>
    /// <param name="what">"metric", "param", "tag"; for the message.</param>
    /// <param name="field">Where it stood in the request: "metrics[3].name".</param>
    public static void DemandKey(string what, string field, string key)
    {
        if (key.Length > LongestKey)
        {
            throw SlipwayException.Invalid(
                $"'{field}' exceeds the maximum length: a {what} name has at most {LongestKey} characters, this one has {key.Length}.");
        }

        if (!Key().IsMatch(key))
        {
            throw SlipwayException.Invalid(
                $"Invalid value \"{key}\" for parameter '{field}' supplied: a {what} name may only contain letters, digits, "
                + "underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).");
        }

        if (!IsNormalPath(key))
        {
            throw SlipwayException.Invalid(
                $"Invalid value \"{key}\" for parameter '{field}' supplied: a {what} name must be a path in its normal form, "
                + "not beginning with '/' or '..', without '//', '/./', '/../' or a '/' at the end.");
        }
    }

    public static void DemandRunId(string runId)
    {
        if (!RunId().IsMatch(runId))
            throw SlipwayException.Invalid($"Invalid run ID: '{Shorten(runId)}'.");
    }

    /// <summary>Experiment ids are numbers, written as text on the wire.</summary>
    public static long ExperimentId(string id) =>
        long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlipwayException.Invalid($"Invalid experiment ID: '{Shorten(id)}'. It must be an integer.");

    /// <summary>The value, or a refusal when it is over its limit.</summary>
    public static string Limited(string field, string value, int limit) => value.Length <= limit
        ? value
        : throw SlipwayException.Invalid(
            $"'{field}' exceeds the maximum length of {limit} characters; it has {value.Length}.");

    private static bool IsNormalPath(string key)
    {
        if (key is "." or ".." || key[0] == '/' || key[^1] == '/' || key.StartsWith("..", StringComparison.Ordinal))
            return false;
        foreach (var part in key.AsSpan().Split('/'))
        {
            if (key.AsSpan(part) is "" or "." or "..")
                return false;
        }

        return true;
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    [GeneratedRegex(@"\A[/\w.\- :]+\z")]
    private static partial Regex Key();

    [GeneratedRegex(@"\A[a-zA-Z0-9][\w\-]{0,255}\z")]
    private static partial Regex RunId();
}
