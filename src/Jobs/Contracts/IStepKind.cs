using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs.Contracts;

/// <summary>
/// A kind of step (the <c>type:</c> of a job or of a pipeline's step): "command", "sql", "dataflow", "xgboost" …
/// Modules above Jobs register theirs in DI.
/// </summary>
public interface IStepKind : IPolicy
{
    /// <summary>The fields that this kind has beside the common ones (inputs, outputs, compute, …).</summary>
    IReadOnlyList<StepField> Fields { get; }

    /// <summary>Part of the cache key: raise it when the same inputs give other outputs than before.</summary>
    int Revision { get; }

    /// <summary>False: the step is never taken from the cache (it lands data, it registers, it talks to the world).</summary>
    bool IsDeterministic { get; }

    /// <summary>
    /// Does the step: reads <see cref="StepContext.Inputs"/>, writes into <see cref="StepContext.OutputFolders"/>. It
    /// may be run again after a crash, with empty output folders and the same <see cref="StepContext.StepId"/>. A
    /// <see cref="SlipwayException"/> fails the step with its message.
    /// </summary>
    Task RunAsync(StepContext step, CancellationToken ct);
}

/// <summary>The YAML type of a field of a step kind.</summary>
public enum FieldType
{
    Text,
    Number,
    Integer,
    Boolean,
    List,
    Map,

    /// <summary>A path of a file or folder beside the YAML file, which becomes part of the job's content.</summary>
    File,
}

/// <summary>A field of a step kind, so that the parser can check it with file, line and the nearest known name.</summary>
/// <param name="Description">One sentence; goes into the JSON Schema and the reference.</param>
public sealed record StepField(string Name, FieldType Type, bool Required, string Description);

/// <summary>An input of a step as it starts: a literal, a data version, a model version, or a plain tree.</summary>
public sealed record StepInput
{
    public required string Name { get; init; }

    /// <summary>The text of a literal input; null for others.</summary>
    public string? Literal { get; init; }

    /// <summary>The content of a data, model or step-output input.</summary>
    public Digest? Tree { get; init; }

    /// <summary>Where it lies, read-only, for the step: a folder, or the file for uri_file; null for literals.</summary>
    public string? Path { get; init; }

    public DataVersion? Data { get; init; }

    public ModelVersion? Model { get; init; }

    /// <summary>Its lineage node ("data:x@1", "model:m@2", or "tree:sha256:…"); null for literals.</summary>
    public string? Node { get; init; }
}

/// <summary>What a running step sees and may do.</summary>
public abstract class StepContext
{
    public required Caller Caller { get; init; }

    /// <summary>"job/step": the same at every attempt; use it as idempotency key.</summary>
    public required string StepId { get; init; }

    public required string JobName { get; init; }

    /// <summary>The tracking run of this step, open while it runs; log through ITracking.</summary>
    public required string RunId { get; init; }

    public required IReadOnlyDictionary<string, StepInput> Inputs { get; init; }

    /// <summary>An empty writable folder for each declared output; committed as a tree when the step ends well.</summary>
    public required IReadOnlyDictionary<string, string> OutputFolders { get; init; }

    /// <summary>The kind's own fields, with expressions filled in; File fields hold the local path.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>A scratch folder, deleted afterwards.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The step's log (std_log.txt), streamed live. Thread-safe.</summary>
    public required TextWriter Log { get; init; }

    /// <summary>
    /// Says that the step made or touched a thing beside its outputs (a data version it landed, a model version it
    /// registered, a gate decision). The executor appends run → node when the step ends, and offers the node to later
    /// steps as <c>${{parent.jobs.x.outputs.name}}</c> when <paramref name="output"/> names a declared output.
    /// </summary>
    public abstract void Made(string act, string node, string? output = null);

    /// <summary>Says that the step read a thing that is none of its inputs.</summary>
    public abstract void Read(string node);

    /// <summary>Says that an output is content that the store has already; what lies in its folder does not count.</summary>
    public abstract void Keep(string output, Digest tree);

    /// <summary>
    /// A folder that outlives this process, should it die: the next attempt at the same home finds in it what this one has put
    /// there. It goes with the end of the step.
    /// </summary>
    public abstract string KeepProgress();

    /// <summary>Ends the pipeline well after this step: the steps that depend on it are skipped with this reason.</summary>
    public abstract void SkipRest(string reason);
}
