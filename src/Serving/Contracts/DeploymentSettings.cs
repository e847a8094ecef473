using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>How a deployment runs its model; what is left out has a default that suits small models.</summary>
public sealed record DeploymentSettings
{
    public static DeploymentSettings Default { get; } = new();

    /// <summary>The runtime that answers.</summary>
    [JsonPropertyName("runtime")]
    public string Runtime { get; init; } = "onnx";

    /// <summary>Of the runtime "python": the script with init() and run(), in the code or the model; null: score.py, or else MLflow's MLmodel.</summary>
    [JsonPropertyName("scoring_script"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ScoringScript { get; init; }

    /// <summary>Of the runtime "python": the tree with the code; null: the model's own.</summary>
    [JsonPropertyName("code"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>Of the runtime "python": the interpreter; null: python3.</summary>
    [JsonPropertyName("python"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Python { get; init; }

    /// <summary>Of the runtime "python": the packages that its workers have; null: those of the machine.</summary>
    [JsonPropertyName("environment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EnvironmentSettings? Environment { get; init; }

    /// <summary>Of the runtime "python": the memory of one worker; null: no limit.</summary>
    [JsonPropertyName("memory_mb"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MemoryMegabytes { get; init; }

    /// <summary>Of the runtime "python": more variables of the workers, over those that they have.</summary>
    [JsonPropertyName("environment_variables"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkerVariables? EnvironmentVariables { get; init; }

    /// <summary>Of the runtime "proxy": the server that answers.</summary>
    [JsonPropertyName("proxy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProxySettings? Proxy { get; init; }

    /// <summary>Of the runtimes "python" and "proxy": how long their processes may take to be ready, and when one is taken for dead; null: as usual.</summary>
    [JsonPropertyName("probe"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProbeSettings? Probe { get; init; }

    /// <summary>What of requests and answers is kept; null: everything, if the endpoint collects at all.</summary>
    [JsonPropertyName("collection"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CollectionPolicy? Collection { get; init; }

    /// <summary>Threads inside one run; 1 is the calling thread, 0 as many as there are cores.</summary>
    [JsonPropertyName("threads")]
    public int Threads { get; init; } = 1;

    /// <summary>Runs of the model at the same time; null: as many as the server has cores.</summary>
    [JsonPropertyName("concurrency")]
    public int? Concurrency { get; init; }

    /// <summary>Requests that may wait for their turn; null: the server's limit.</summary>
    [JsonPropertyName("max_queue")]
    public int? MaxWaiting { get; init; }

    /// <summary>How long a request may wait for its turn; null: as long as its client waits.</summary>
    [JsonPropertyName("max_queue_wait_ms")]
    public int? MaxQueueWaitMilliseconds { get; init; }

    /// <summary>From the deployment chosen to the answer written; a request that takes longer is given up. Null: no limit.</summary>
    [JsonPropertyName("request_timeout_ms")]
    public int? RequestTimeoutMilliseconds { get; init; }

    /// <summary>A time in milliseconds that is no limit to anything.</summary>
    internal const int Unlimited = int.MaxValue;

    /// <summary>Rows up to which requests that come together are scored in one run; 0: each alone.</summary>
    [JsonPropertyName("max_batch")]
    public int MaxBatch { get; init; }

    /// <summary>How long the first request of a batch waits for others.</summary>
    [JsonPropertyName("max_delay_us")]
    public int MaxDelayMicroseconds { get; init; } = 500;

    /// <summary>The digests of the trees that it needs beside its model.</summary>
    [JsonIgnore]
    public IEnumerable<string> Trees => new[] { Code, Proxy?.Container?.Build }.OfType<string>();
}
