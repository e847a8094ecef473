using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>What a deployment may ask of the server.</summary>
internal static partial class SettingsLimits
{
    public static void Check(DeploymentSettings settings)
    {
        Between("threads", settings.Threads, 0, 256);
        Between("concurrency", settings.Concurrency ?? 1, 1, 1024);
        Between("max_queue", settings.MaxWaiting ?? 0, 0, 1_000_000);
        Between("max_queue_wait_ms", settings.MaxQueueWaitMilliseconds ?? 0, 0, 180_000);
        Between("request_timeout_ms", settings.RequestTimeoutMilliseconds ?? 1, 1, 180_000);
        Between("memory_mb", settings.MemoryMegabytes ?? 64, 64, 1_048_576);
        Between("max_batch", settings.MaxBatch, 0, 16_384);
        foreach (var name in settings.EnvironmentVariables?.Keys.Where(name => !Variable().IsMatch(name) || name is "AZUREML_MODEL_DIR" or "AML_APP_ROOT") ?? [])
            throw SlipwayException.Invalid($"environment_variables: '{name}' cannot be set; names are letters, digits and '_', and none of AZUREML_MODEL_DIR and AML_APP_ROOT.");
        Between("probe.start_timeout_s", settings.Probe?.StartSeconds ?? 1, 1, 86_400);
        Between("probe.period_s", settings.Probe?.PeriodSeconds ?? 1, 1, 86_400);
        Between("probe.timeout_s", settings.Probe?.TimeoutSeconds ?? 1, 1, 86_400);
        Between("probe.failure_threshold", settings.Probe?.FailureThreshold ?? 1, 1, 1_000);
        Between("max_delay_us", settings.MaxDelayMicroseconds, 0, 1_000_000);
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Variable();

    private static void Between(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw SlipwayException.Invalid($"'{name}' of a deployment is {value}; it is from {least} to {most}.");
    }
}
