using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.SystemMetrics;

/// <summary>Whether and how often a step's use of the machine is measured, by the variables that MLflow has for it.</summary>
/// <param name="SamplesPerPoint">So many samples are averaged into one point.</param>
internal sealed record SystemMetricsSettings(TimeSpan Interval, int SamplesPerPoint)
{
    public const string Enable = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING";
    private const string Sampling = "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL";
    private const string Samples = "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING";
    private const double UsualSeconds = 10, LeastSeconds = 0.1, MostSeconds = 24 * 60 * 60;
    private const int MostSamples = 10_000;

    /// <summary>Null: nothing is measured. The step's own variables count more than the server's.</summary>
    public static SystemMetricsSettings? Of(IReadOnlyDictionary<string, string> variables, Func<string, string?> server)
    {
        string? Find(string name) => (variables.TryGetValue(name, out var own) ? own : server(name)) is { Length: > 0 } text ? text : null;

        if (Find(Enable)?.ToLowerInvariant() is not ("true" or "1"))
            return null;
        var seconds = Find(Sampling) is { } interval ? Number(Sampling, interval, LeastSeconds, MostSeconds) : UsualSeconds;
        var samples = Find(Samples) is { } count ? (int)Number(Samples, count, 1, MostSamples) : 1;
        return new SystemMetricsSettings(TimeSpan.FromSeconds(seconds), samples);
    }

    private static double Number(string name, string text, double least, double most) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw SlipwayException.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"The variable {name} is '{text}'; it must be a number from {least} to {most}."));
}
